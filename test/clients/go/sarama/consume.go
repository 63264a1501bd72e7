package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/IBM/sarama"
	"millrace.test/clients/driver"
)

const pollWait = 100 * time.Millisecond

// reader is a partition that is read without a group, or a member of one.
type reader struct {
	inbox *driver.Inbox
	close func() error

	// Of a partition alone.
	consumer  sarama.Consumer
	partition sarama.PartitionConsumer

	// Of a member alone.
	group   sarama.ConsumerGroup
	session sarama.ConsumerGroupSession
}

var readers = driver.Readers{}

func closeAll() {
	readers.Close()
	for _, each := range producers {
		_ = each.Close()
	}
}

func received(message *sarama.ConsumerMessage) driver.Received {
	headers := [][2]string{}
	for _, header := range message.Headers {
		headers = append(headers, [2]string{string(header.Key), string(header.Value)})
	}
	return driver.Received{
		Topic:     message.Topic,
		Partition: message.Partition,
		Offset:    message.Offset,
		Timestamp: message.Timestamp.UnixMilli(),
		Key:       driver.Text(message.Key),
		Value:     driver.Text(message.Value),
		Headers:   headers,
	}
}

// Inbox is where its records arrive.
func (self *reader) Inbox() *driver.Inbox { return self.inbox }

// Close leaves the group.
func (self *reader) Close() error { return self.close() }

// Commit marks the positions and stores them.
func (self *reader) Commit() error {
	for partition, offset := range self.inbox.Positions() {
		self.session.MarkOffset(partition.Topic, partition.Partition, offset, "")
	}
	self.session.Commit()
	return nil
}

// Pause holds back what is fetched, or no longer.
func (self *reader) Pause(partition driver.TopicPartition, paused bool) {
	partitions := map[string][]int32{partition.Topic: {partition.Partition}}
	if paused {
		self.group.Pause(partitions)
	} else {
		self.group.Resume(partitions)
	}
}

// Seek begins anew: the library has no other way to move a partition.
func (self *reader) Seek(partition driver.TopicPartition, offset int64) error {
	if self.partition != nil {
		if err := self.partition.Close(); err != nil {
			return err
		}
	}
	self.inbox.Drop(partition)
	messages, err := self.consumer.ConsumePartition(partition.Topic, partition.Partition, offset)
	if err != nil {
		return err
	}
	self.partition = messages
	go func() {
		for message := range messages.Messages() {
			self.inbox.Push(received(message))
		}
	}()
	return nil
}

func startOffset(client sarama.Client, request *driver.Request) (int64, error) {
	from := request.From
	switch {
	case from.Offset != nil:
		return *from.Offset, nil
	case from.Timestamp != nil:
		return client.GetOffset(request.Topic, *request.Partition, *from.Timestamp)
	case from.At == "earliest":
		return client.GetOffset(request.Topic, *request.Partition, sarama.OffsetOldest)
	}
	return client.GetOffset(request.Topic, *request.Partition, sarama.OffsetNewest)
}

func open(client sarama.Client) driver.Operation {
	return func(request *driver.Request) (driver.Fields, error) {
		offset, err := startOffset(client, request)
		if err != nil {
			return nil, err
		}
		config := settings()
		config.Consumer.MaxWaitTime = pollWait
		consumer, err := sarama.NewConsumer(bootstrap, config)
		if err != nil {
			return nil, err
		}
		self := &reader{inbox: driver.NewInbox(), consumer: consumer}
		self.close = func() error { return errors.Join(self.partition.Close(), consumer.Close()) }
		readers[request.Consumer] = self
		return nil, self.Seek(request.TopicPartition(), offset)
	}
}

var assignors = map[string]func() sarama.BalanceStrategy{
	"range":              sarama.NewBalanceStrategyRange,
	"roundrobin":         sarama.NewBalanceStrategyRoundRobin,
	"cooperative-sticky": sarama.NewBalanceStrategyCooperativeSticky,
}

func join(request *driver.Request) (driver.Fields, error) {
	config := settings()
	config.Consumer.MaxWaitTime = pollWait
	config.Consumer.Offsets.AutoCommit.Enable = false
	config.Consumer.Offsets.Initial = sarama.OffsetNewest
	if request.Reset == "earliest" {
		config.Consumer.Offsets.Initial = sarama.OffsetOldest
	}
	session := time.Duration(request.SessionMs) * time.Millisecond
	config.Consumer.Group.Session.Timeout = session
	config.Consumer.Group.Heartbeat.Interval = session / 10
	if request.InstanceID != nil {
		config.Consumer.Group.InstanceId = *request.InstanceID
	}
	if request.Assignor != nil {
		config.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{assignors[*request.Assignor]()}
	}
	group, err := sarama.NewConsumerGroup(bootstrap, request.Group, config)
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	self := &reader{inbox: driver.NewInbox(), group: group}
	self.close = func() error {
		stop()
		<-ended
		return group.Close()
	}
	readers[request.Consumer] = self
	go func() {
		defer close(ended)
		for running.Err() == nil {
			if err := group.Consume(running, request.Topics, self); err != nil {
				fmt.Fprintln(os.Stderr, request.Consumer, err)
			}
		}
	}()
	return nil, nil
}

// Setup is called when the member has an assignment.
func (self *reader) Setup(session sarama.ConsumerGroupSession) error {
	self.session = session
	return nil
}

// Cleanup is called when the session has ended.
func (self *reader) Cleanup(sarama.ConsumerGroupSession) error { return nil }

// ConsumeClaim lasts as long as the member has the partition.
func (self *reader) ConsumeClaim(_ sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	partition := driver.TopicPartition{Topic: claim.Topic(), Partition: claim.Partition()}
	self.inbox.Assign(partition)
	defer self.inbox.Revoke(partition)
	for message := range claim.Messages() {
		self.inbox.Push(received(message))
	}
	return nil
}

func consuming(client sarama.Client, operations map[string]driver.Operation) {
	operations["open"] = open(client)
	operations["join"] = join
	readers.Serve(operations)
}
