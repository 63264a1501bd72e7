package main

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"millrace.test/clients/driver"
)

const linger = 20 * time.Millisecond

// One producer for each of these.
type settings struct {
	codec      string
	acks       int
	idempotent bool
	manual     bool
}

var producers = map[settings]*kgo.Client{}

var codecs = map[string]kgo.CompressionCodec{
	"none":   kgo.NoCompression(),
	"gzip":   kgo.GzipCompression(),
	"snappy": kgo.SnappyCompression(),
	"lz4":    kgo.Lz4Compression(),
	"zstd":   kgo.ZstdCompression(),
}

var acknowledgements = map[int]kgo.Acks{-1: kgo.AllISRAcks(), 0: kgo.NoAck(), 1: kgo.LeaderAck()}

func producer(wanted settings) (*kgo.Client, error) {
	if known, ok := producers[wanted]; ok {
		return known, nil
	}
	options := []kgo.Opt{
		bootstrap,
		kgo.ProducerBatchCompression(codecs[wanted.codec]),
		kgo.RequiredAcks(acknowledgements[wanted.acks]),
		kgo.ProducerLinger(linger),
	}
	if !wanted.idempotent {
		options = append(options, kgo.DisableIdempotentWrite())
	}
	if wanted.manual {
		options = append(options, kgo.RecordPartitioner(kgo.ManualPartitioner()))
	}
	client, err := kgo.NewClient(options...)
	if err == nil {
		producers[wanted] = client
	}
	return client, err
}

func produce(request *driver.Request) (driver.Fields, error) {
	client, err := producer(settings{request.Codec, request.Acks, request.Idempotent, request.Partition != nil})
	if err != nil {
		return nil, err
	}
	records := make([]*kgo.Record, len(request.Records))
	for at, each := range request.Records {
		record := &kgo.Record{Topic: request.Topic, Key: driver.Bytes(each.Key), Value: driver.Bytes(each.Value)}
		if request.Partition != nil {
			record.Partition = *request.Partition
		}
		if each.Timestamp != nil {
			record.Timestamp = time.UnixMilli(*each.Timestamp)
		}
		for _, header := range each.Headers {
			record.Headers = append(record.Headers, kgo.RecordHeader{Key: header[0], Value: []byte(header[1])})
		}
		records[at] = record
	}
	ctx, cancel := within()
	defer cancel()
	if err := client.ProduceSync(ctx, records...).FirstErr(); err != nil {
		return nil, err
	}
	return request.Offsets(func(at int) int64 { return records[at].Offset }), nil
}
