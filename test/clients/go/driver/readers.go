package driver

import "time"

// Reader is a partition that is read without a group, or a member of one.
type Reader interface {
	Inbox() *Inbox
	// Commit stores the positions of the inbox.
	Commit() error
	Seek(partition TopicPartition, offset int64) error
	Pause(partition TopicPartition, paused bool)
	Close() error
}

// Readers have the names that requests give them.
type Readers map[string]Reader

// Serve adds what every reader does once it was opened or has joined.
func (readers Readers) Serve(operations map[string]Operation) {
	operations["assignment"] = func(request *Request) (Fields, error) {
		return Fields{"partitions": readers[request.Consumer].Inbox().Assignment()}, nil
	}
	operations["poll"] = func(request *Request) (Fields, error) {
		timeout := time.Duration(request.TimeoutMs) * time.Millisecond
		return Fields{"records": readers[request.Consumer].Inbox().Take(request.Count, timeout)}, nil
	}
	operations["commit"] = func(request *Request) (Fields, error) {
		return nil, readers[request.Consumer].Commit()
	}
	operations["seek"] = func(request *Request) (Fields, error) {
		return nil, readers[request.Consumer].Seek(request.TopicPartition(), request.Offset)
	}
	operations["pause"] = readers.pause(true)
	operations["resume"] = readers.pause(false)
	operations["close"] = func(request *Request) (Fields, error) {
		reader := readers[request.Consumer]
		delete(readers, request.Consumer)
		return nil, reader.Close()
	}
}

func (readers Readers) pause(paused bool) Operation {
	return func(request *Request) (Fields, error) {
		reader := readers[request.Consumer]
		reader.Pause(request.TopicPartition(), paused)
		reader.Inbox().Pause(request.TopicPartition(), paused)
		return nil, nil
	}
}

// Close ends all of them.
func (readers Readers) Close() {
	for _, each := range readers {
		_ = each.Close()
	}
}
