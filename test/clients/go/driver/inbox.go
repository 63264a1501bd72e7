package driver

import (
	"sort"
	"sync"
	"time"
)

// TopicPartition is a pair in an answer.
type TopicPartition struct {
	Topic     string
	Partition int32
}

// Pairs are partitions as an answer shows them, in order.
func Pairs(partitions []TopicPartition) [][2]any {
	sort.Slice(partitions, func(a, b int) bool {
		if partitions[a].Topic != partitions[b].Topic {
			return partitions[a].Topic < partitions[b].Topic
		}
		return partitions[a].Partition < partitions[b].Partition
	})
	pairs := make([][2]any, len(partitions))
	for at, each := range partitions {
		pairs[at] = [2]any{each.Topic, each.Partition}
	}
	return pairs
}

// Inbox is what a client has delivered and poll has not handed out yet, and the partitions that it is assigned.
//
// Records of paused partitions stay in it.
type Inbox struct {
	mutex     sync.Mutex
	records   []Received
	paused    map[TopicPartition]bool
	assigned  map[TopicPartition]bool
	positions map[TopicPartition]int64
	changed   chan struct{}
}

// NewInbox is empty.
func NewInbox() *Inbox {
	return &Inbox{
		paused:    map[TopicPartition]bool{},
		assigned:  map[TopicPartition]bool{},
		positions: map[TopicPartition]int64{},
		changed:   make(chan struct{}, 1),
	}
}

// Push adds a record.
func (inbox *Inbox) Push(record Received) {
	inbox.mutex.Lock()
	inbox.records = append(inbox.records, record)
	inbox.mutex.Unlock()
	inbox.wake()
}

func (inbox *Inbox) wake() {
	select {
	case inbox.changed <- struct{}{}:
	default:
	}
}

// Assign notes that the partition is read from now on.
func (inbox *Inbox) Assign(partition TopicPartition) {
	inbox.mutex.Lock()
	defer inbox.mutex.Unlock()
	inbox.assigned[partition] = true
}

// Revoke forgets the partition and what was not handed out of it.
func (inbox *Inbox) Revoke(partition TopicPartition) {
	inbox.mutex.Lock()
	defer inbox.mutex.Unlock()
	delete(inbox.assigned, partition)
	delete(inbox.positions, partition)
	inbox.drop(partition)
}

// Drop forgets what was not handed out of the partition.
func (inbox *Inbox) Drop(partition TopicPartition) {
	inbox.mutex.Lock()
	defer inbox.mutex.Unlock()
	inbox.drop(partition)
}

func (inbox *Inbox) drop(partition TopicPartition) {
	kept := inbox.records[:0]
	for _, record := range inbox.records {
		if (TopicPartition{record.Topic, record.Partition}) != partition {
			kept = append(kept, record)
		}
	}
	inbox.records = kept
}

// Pause holds the records of a partition back, or no longer.
func (inbox *Inbox) Pause(partition TopicPartition, paused bool) {
	inbox.mutex.Lock()
	inbox.paused[partition] = paused
	inbox.mutex.Unlock()
	inbox.wake()
}

// Assignment is in order.
func (inbox *Inbox) Assignment() [][2]any {
	inbox.mutex.Lock()
	defer inbox.mutex.Unlock()
	partitions := []TopicPartition{}
	for partition := range inbox.assigned {
		partitions = append(partitions, partition)
	}
	return Pairs(partitions)
}

// Positions are the offsets behind what was handed out.
func (inbox *Inbox) Positions() map[TopicPartition]int64 {
	inbox.mutex.Lock()
	defer inbox.mutex.Unlock()
	positions := map[TopicPartition]int64{}
	for partition, offset := range inbox.positions {
		positions[partition] = offset
	}
	return positions
}

// Take hands out up to count records, and waits for as many.
func (inbox *Inbox) Take(count int, timeout time.Duration) []Received {
	deadline := time.After(timeout)
	taken := inbox.takeNow(nil, count)
	for len(taken) < count {
		select {
		case <-deadline:
			return taken
		case <-inbox.changed:
			taken = inbox.takeNow(taken, count)
		}
	}
	return taken
}

func (inbox *Inbox) takeNow(taken []Received, count int) []Received {
	inbox.mutex.Lock()
	defer inbox.mutex.Unlock()
	if taken == nil {
		taken = []Received{}
	}
	kept := []Received{}
	for _, record := range inbox.records {
		partition := TopicPartition{record.Topic, record.Partition}
		if len(taken) == count || inbox.paused[partition] {
			kept = append(kept, record)
			continue
		}
		taken = append(taken, record)
		inbox.positions[partition] = record.Offset + 1
	}
	inbox.records = kept
	return taken
}
