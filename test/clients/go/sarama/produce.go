package main

import (
	"fmt"
	"time"

	"github.com/IBM/sarama"
	"millrace.test/clients/driver"
)

var codecs = map[string]sarama.CompressionCodec{
	"none":   sarama.CompressionNone,
	"gzip":   sarama.CompressionGZIP,
	"snappy": sarama.CompressionSnappy,
	"lz4":    sarama.CompressionLZ4,
	"zstd":   sarama.CompressionZSTD,
}

var producers = map[string]sarama.SyncProducer{}

func producer(request *driver.Request) (sarama.SyncProducer, error) {
	byHand := request.Partition != nil
	key := fmt.Sprint(request.Codec, request.Acks, request.Idempotent, byHand)
	if known, ok := producers[key]; ok {
		return known, nil
	}
	config := settings()
	config.Producer.Compression = codecs[request.Codec]
	config.Producer.RequiredAcks = sarama.RequiredAcks(request.Acks)
	config.Producer.Return.Successes = true
	if byHand {
		config.Producer.Partitioner = sarama.NewManualPartitioner
	}
	if request.Idempotent {
		config.Producer.Idempotent = true
		config.Net.MaxOpenRequests = 1
	}
	created, err := sarama.NewSyncProducer(bootstrap, config)
	if err == nil {
		producers[key] = created
	}
	return created, err
}

func encoder(text *string) sarama.Encoder {
	if text == nil {
		return nil
	}
	return sarama.ByteEncoder(driver.Bytes(text))
}

func produce(request *driver.Request) (driver.Fields, error) {
	sender, err := producer(request)
	if err != nil {
		return nil, err
	}
	messages := make([]*sarama.ProducerMessage, len(request.Records))
	for at, record := range request.Records {
		message := &sarama.ProducerMessage{Topic: request.Topic, Key: encoder(record.Key), Value: encoder(record.Value)}
		if request.Partition != nil {
			message.Partition = *request.Partition
		}
		if record.Timestamp != nil {
			message.Timestamp = time.UnixMilli(*record.Timestamp)
		}
		for _, header := range record.Headers {
			message.Headers = append(message.Headers, sarama.RecordHeader{Key: []byte(header[0]), Value: []byte(header[1])})
		}
		messages[at] = message
	}
	if err := sender.SendMessages(messages); err != nil {
		return nil, err
	}
	return request.Offsets(func(at int) int64 { return messages[at].Offset }), nil
}
