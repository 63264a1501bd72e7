package main

import (
	"context"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
	"millrace.test/clients/driver"
)

var codecs = map[string]kafka.Compression{
	"gzip":   kafka.Gzip,
	"snappy": kafka.Snappy,
	"lz4":    kafka.Lz4,
	"zstd":   kafka.Zstd,
}

const linger = 10 * time.Millisecond

var writers = map[string]*kafka.Writer{}

func writer(request *driver.Request) *kafka.Writer {
	key := fmt.Sprint(request.Codec, request.Acks, request.Partition == nil)
	if known, ok := writers[key]; ok {
		return known
	}
	created := &kafka.Writer{
		Addr:         kafka.TCP(bootstrap[0]),
		Compression:  codecs[request.Codec],
		RequiredAcks: kafka.RequiredAcks(request.Acks),
		BatchTimeout: linger,
		Balancer:     &kafka.Hash{},
		Transport:    transport,
		MaxAttempts:  1,
	}
	if request.Partition != nil {
		// The library wants the partition chosen by a function: the message says which.
		created.Balancer = kafka.BalancerFunc(func(message kafka.Message, _ ...int) int { return message.WriterData.(int) })
	}
	writers[key] = created
	return created
}

func isEmpty(text *string) bool { return text != nil && *text == "" }

func produce(request *driver.Request) (driver.Fields, error) {
	if request.Idempotent {
		return nil, driver.Unsupported("no idempotent producer")
	}
	messages := make([]kafka.Message, len(request.Records))
	offsets := make([]int64, len(request.Records))
	for at, record := range request.Records {
		if isEmpty(record.Key) || isEmpty(record.Value) {
			return nil, driver.Unsupported("what is empty and what is null are one")
		}
		message := kafka.Message{Topic: request.Topic, Key: driver.Bytes(record.Key), Value: driver.Bytes(record.Value)}
		if request.Partition != nil {
			message.WriterData = int(*request.Partition)
		}
		if record.Timestamp != nil {
			message.Time = time.UnixMilli(*record.Timestamp)
		}
		for _, header := range record.Headers {
			message.Headers = append(message.Headers, kafka.Header{Key: header[0], Value: []byte(header[1])})
		}
		messages[at] = message
		offsets[at] = -1
	}
	err := known(func() error {
		timed, stop := context.WithTimeout(context.Background(), callTimeout)
		defer stop()
		return writer(request).WriteMessages(timed, messages...)
	})
	return driver.Fields{"offsets": offsets}, err
}
