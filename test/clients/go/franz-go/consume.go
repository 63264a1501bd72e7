package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"millrace.test/clients/driver"
)

const (
	pollWait   = 20 * time.Millisecond
	recordsMax = 100
)

// reader is a partition that is read without a group, or a member of one.
type reader struct {
	inbox  *driver.Inbox
	client *kgo.Client
	// Held while records go from the client to the inbox.
	polling sync.Mutex
	stop    context.CancelFunc
	ended   chan struct{}
}

var readers = driver.Readers{}

func closeAll() {
	readers.Close()
	for _, each := range producers {
		each.Close()
	}
}

func start(name string, inbox *driver.Inbox, options ...kgo.Opt) error {
	// The group waits while records are on their way, so that none of a revoked partition comes after its revocation.
	own := []kgo.Opt{bootstrap, kgo.FetchMaxWait(pollWait), kgo.BlockRebalanceOnPoll()}
	client, err := kgo.NewClient(append(own, options...)...)
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(context.Background())
	self := &reader{inbox: inbox, client: client, stop: stop, ended: make(chan struct{})}
	readers[name] = self
	go func() {
		defer close(self.ended)
		for running.Err() == nil {
			self.receive(running)
		}
	}()
	return nil
}

func (self *reader) receive(running context.Context) {
	self.polling.Lock()
	defer self.polling.Unlock()
	ctx, cancel := context.WithTimeout(running, pollWait)
	defer cancel()
	fetches := self.client.PollRecords(ctx, recordsMax)
	fetches.EachError(func(topic string, partition int32, err error) {
		if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
			fmt.Fprintln(os.Stderr, topic, partition, err)
		}
	})
	fetches.EachRecord(func(record *kgo.Record) { self.inbox.Push(received(record)) })
	self.client.AllowRebalance()
}

// Inbox is where its records arrive.
func (self *reader) Inbox() *driver.Inbox { return self.inbox }

// Close leaves the group.
func (self *reader) Close() error {
	self.stop()
	<-self.ended
	self.client.CloseAllowingRebalance()
	return nil
}

func received(record *kgo.Record) driver.Received {
	headers := [][2]string{}
	for _, header := range record.Headers {
		headers = append(headers, [2]string{header.Key, string(header.Value)})
	}
	return driver.Received{
		Topic:     record.Topic,
		Partition: record.Partition,
		Offset:    record.Offset,
		Timestamp: record.Timestamp.UnixMilli(),
		Key:       driver.Text(record.Key),
		Value:     driver.Text(record.Value),
		Headers:   headers,
	}
}

func startOffset(admin *kadm.Client, request *driver.Request) (int64, error) {
	ctx, cancel := within()
	defer cancel()
	from := request.From
	var listed kadm.ListedOffsets
	var err error
	switch {
	case from.Offset != nil:
		return *from.Offset, nil
	case from.Timestamp != nil:
		listed, err = admin.ListOffsetsAfterMilli(ctx, *from.Timestamp, request.Topic)
	case from.At == "earliest":
		listed, err = admin.ListStartOffsets(ctx, request.Topic)
	default:
		listed, err = admin.ListEndOffsets(ctx, request.Topic)
	}
	if err != nil {
		return 0, err
	}
	found, _ := listed.Lookup(request.Topic, *request.Partition)
	return found.Offset, found.Err
}

func open(admin *kadm.Client) driver.Operation {
	return func(request *driver.Request) (driver.Fields, error) {
		offset, err := startOffset(admin, request)
		if err != nil {
			return nil, err
		}
		at := map[int32]kgo.Offset{*request.Partition: kgo.NewOffset().At(offset)}
		partitions := kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{request.Topic: at})
		return nil, start(request.Consumer, driver.NewInbox(), partitions)
	}
}

var balancers = map[string]kgo.GroupBalancer{
	"range":              kgo.RangeBalancer(),
	"roundrobin":         kgo.RoundRobinBalancer(),
	"cooperative-sticky": kgo.CooperativeStickyBalancer(),
}

func join(request *driver.Request) (driver.Fields, error) {
	inbox := driver.NewInbox()
	each := func(act func(driver.TopicPartition)) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, topics map[string][]int32) {
			for topic, partitions := range topics {
				for _, partition := range partitions {
					act(driver.TopicPartition{Topic: topic, Partition: partition})
				}
			}
		}
	}
	session := time.Duration(request.SessionMs) * time.Millisecond
	reset := kgo.NewOffset().AtEnd()
	if request.Reset == "earliest" {
		reset = kgo.NewOffset().AtStart()
	}
	options := []kgo.Opt{
		kgo.ConsumerGroup(request.Group),
		kgo.ConsumeTopics(request.Topics...),
		kgo.ConsumeResetOffset(reset),
		kgo.DisableAutoCommit(),
		kgo.SessionTimeout(session),
		kgo.HeartbeatInterval(session / 10),
		kgo.OnPartitionsAssigned(each(inbox.Assign)),
		kgo.OnPartitionsRevoked(each(inbox.Revoke)),
		kgo.OnPartitionsLost(each(inbox.Revoke)),
	}
	if request.InstanceID != nil {
		options = append(options, kgo.InstanceID(*request.InstanceID))
	}
	if request.Assignor != nil {
		options = append(options, kgo.Balancers(balancers[*request.Assignor]))
	}
	return nil, start(request.Consumer, inbox, options...)
}

// Commit waits for the answer.
func (self *reader) Commit() error {
	offsets := map[string]map[int32]kgo.EpochOffset{}
	for partition, offset := range self.inbox.Positions() {
		if offsets[partition.Topic] == nil {
			offsets[partition.Topic] = map[int32]kgo.EpochOffset{}
		}
		offsets[partition.Topic][partition.Partition] = kgo.EpochOffset{Epoch: -1, Offset: offset}
	}
	ctx, cancel := within()
	defer cancel()
	var failed error
	committed := func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, _ *kmsg.OffsetCommitResponse, err error) {
		failed = err
	}
	self.client.CommitOffsetsSync(ctx, offsets, committed)
	return failed
}

// Seek forgets what came from elsewhere.
func (self *reader) Seek(partition driver.TopicPartition, offset int64) error {
	self.polling.Lock()
	defer self.polling.Unlock()
	to := map[int32]kgo.EpochOffset{partition.Partition: {Epoch: -1, Offset: offset}}
	self.client.SetOffsets(map[string]map[int32]kgo.EpochOffset{partition.Topic: to})
	self.inbox.Drop(partition)
	return nil
}

// Pause holds back what is fetched, or no longer.
func (self *reader) Pause(partition driver.TopicPartition, paused bool) {
	partitions := map[string][]int32{partition.Topic: {partition.Partition}}
	if paused {
		self.client.PauseFetchPartitions(partitions)
	} else {
		self.client.ResumeFetchPartitions(partitions)
	}
}

func consuming(admin *kadm.Client, operations map[string]driver.Operation) {
	operations["open"] = open(admin)
	operations["join"] = join
	readers.Serve(operations)
}
