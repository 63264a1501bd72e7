package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"millrace.test/clients/driver"
)

const (
	pollWait      = 100 * time.Millisecond
	fetchBytesMax = 1 << 20
)

// consumer is a partition that is read without a group, or a member of one.
type consumer interface {
	take(count int, timeout time.Duration) []driver.Received
	close() error
}

var consumers = map[string]consumer{}

func closeAll() {
	for _, each := range consumers {
		_ = each.close()
	}
	for _, each := range writers {
		_ = each.Close()
	}
}

func reading(topic string, partition int) *kafka.Reader {
	return kafka.NewReader(kafka.ReaderConfig{
		Brokers: bootstrap, Topic: topic, Partition: partition, MinBytes: 1, MaxBytes: fetchBytesMax, MaxWait: pollWait,
	})
}

func received(message kafka.Message) driver.Received {
	headers := [][2]string{}
	for _, header := range message.Headers {
		headers = append(headers, [2]string{header.Key, string(header.Value)})
	}
	return driver.Received{
		Topic:     message.Topic,
		Partition: int32(message.Partition),
		Offset:    message.Offset,
		Timestamp: message.Time.UnixMilli(),
		Key:       driver.Text(message.Key),
		Value:     driver.Text(message.Value),
		Headers:   headers,
	}
}

// lone reads one partition.
type lone struct{ reader *kafka.Reader }

func (self *lone) take(count int, timeout time.Duration) []driver.Received {
	timed, stop := context.WithTimeout(context.Background(), timeout)
	defer stop()
	records := []driver.Received{}
	for len(records) < count {
		message, err := self.reader.ReadMessage(timed)
		if err != nil {
			break
		}
		records = append(records, received(message))
	}
	return records
}

func (self *lone) close() error { return self.reader.Close() }

func open(client *kafka.Client) driver.Operation {
	return func(request *driver.Request) (driver.Fields, error) {
		reader := reading(request.Topic, int(*request.Partition))
		consumers[request.Consumer] = &lone{reader}
		from := request.From
		switch {
		case from.Offset != nil:
			return nil, reader.SetOffset(*from.Offset)
		case from.Timestamp != nil:
			return nil, reader.SetOffsetAt(context.Background(), time.UnixMilli(*from.Timestamp))
		case from.At == "earliest":
			return nil, reader.SetOffset(kafka.FirstOffset)
		}
		ends, err := endOffsets(client, request.Topic, []int{int(*request.Partition)})
		if err != nil {
			return nil, err
		}
		return nil, reader.SetOffset(ends[int(*request.Partition)])
	}
}

// member reads what a group assigns to it.
type member struct {
	group *kafka.ConsumerGroup
	inbox *driver.Inbox
	stop  context.CancelFunc

	mutex      sync.Mutex
	generation *kafka.Generation
}

func (self *member) take(count int, timeout time.Duration) []driver.Received {
	return self.inbox.Take(count, timeout)
}

func (self *member) close() error {
	self.stop()
	return self.group.Close()
}

func (self *member) run(running context.Context) {
	for {
		generation, err := self.group.Next(running)
		if errors.Is(err, context.Canceled) || errors.Is(err, kafka.ErrGroupClosed) {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		self.mutex.Lock()
		self.generation = generation
		self.mutex.Unlock()
		for topic, assignments := range generation.Assignments {
			for _, assignment := range assignments {
				partition := driver.TopicPartition{Topic: topic, Partition: int32(assignment.ID)}
				self.inbox.Assign(partition)
				generation.Start(func(live context.Context) { self.read(live, partition, assignment.Offset) })
			}
		}
	}
}

// read lasts as long as the generation.
func (self *member) read(live context.Context, partition driver.TopicPartition, offset int64) {
	defer self.inbox.Revoke(partition)
	reader := reading(partition.Topic, int(partition.Partition))
	defer reader.Close()
	if err := reader.SetOffset(offset); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	for {
		message, err := reader.ReadMessage(live)
		if err != nil {
			return
		}
		self.inbox.Push(received(message))
	}
}

var assignors = map[string]kafka.GroupBalancer{
	"range":      kafka.RangeGroupBalancer{},
	"roundrobin": kafka.RoundRobinGroupBalancer{},
}

func join(request *driver.Request) (driver.Fields, error) {
	if request.InstanceID != nil {
		return nil, driver.Unsupported("no static members")
	}
	session := time.Duration(request.SessionMs) * time.Millisecond
	config := kafka.ConsumerGroupConfig{
		ID: request.Group, Brokers: bootstrap, Topics: request.Topics,
		SessionTimeout: session, HeartbeatInterval: session / 10, StartOffset: kafka.LastOffset,
	}
	if request.Reset == "earliest" {
		config.StartOffset = kafka.FirstOffset
	}
	if request.Assignor != nil {
		assignor, known := assignors[*request.Assignor]
		if !known {
			return nil, driver.Unsupported("no assignor " + *request.Assignor)
		}
		config.GroupBalancers = []kafka.GroupBalancer{assignor}
	}
	group, err := kafka.NewConsumerGroup(config)
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(context.Background())
	self := &member{group: group, inbox: driver.NewInbox(), stop: stop}
	consumers[request.Consumer] = self
	go self.run(running)
	return nil, nil
}

func commit(request *driver.Request) (driver.Fields, error) {
	self := consumers[request.Consumer].(*member)
	offsets := map[string]map[int]int64{}
	for partition, offset := range self.inbox.Positions() {
		if offsets[partition.Topic] == nil {
			offsets[partition.Topic] = map[int]int64{}
		}
		offsets[partition.Topic][int(partition.Partition)] = offset
	}
	self.mutex.Lock()
	defer self.mutex.Unlock()
	return nil, self.generation.CommitOffsets(offsets)
}

func consuming(client *kafka.Client, operations map[string]driver.Operation) {
	operations["open"] = open(client)
	operations["join"] = join
	operations["commit"] = commit
	operations["assignment"] = func(request *driver.Request) (driver.Fields, error) {
		return driver.Fields{"partitions": consumers[request.Consumer].(*member).inbox.Assignment()}, nil
	}
	operations["poll"] = func(request *driver.Request) (driver.Fields, error) {
		timeout := time.Duration(request.TimeoutMs) * time.Millisecond
		return driver.Fields{"records": consumers[request.Consumer].take(request.Count, timeout)}, nil
	}
	operations["seek"] = func(request *driver.Request) (driver.Fields, error) {
		return nil, consumers[request.Consumer].(*lone).reader.SetOffset(request.Offset)
	}
	operations["close"] = func(request *driver.Request) (driver.Fields, error) {
		self := consumers[request.Consumer]
		delete(consumers, request.Consumer)
		return nil, self.close()
	}
}
