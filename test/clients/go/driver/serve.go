// Package driver is the protocol of test/conformance/clients/driver.ts for clients written in Go: one JSON request a line, one answer a
// line, in order.
package driver

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
)

// Request holds the fields of every operation.
type Request struct {
	ID         int
	Op         string
	Topic      string
	Topics     []string
	Partition  *int32
	Codec      string
	Acks       int
	Idempotent bool
	Records    []Record
	Consumer   string
	From       Start
	Group      string
	Assignor   *string
	InstanceID *string
	Reset      string
	SessionMs  int
	Count      int
	TimeoutMs  int
	Offset     int64
	Partitions int
	Total      int
	Before     int64
	Configs    map[string]string
}

// TopicPartition is the one that the request names.
func (request *Request) TopicPartition() TopicPartition {
	return TopicPartition{Topic: request.Topic, Partition: *request.Partition}
}

// Record is one to send.
type Record struct {
	Key       *string
	Value     *string
	Headers   [][2]string
	Timestamp *int64
}

// Start is where reading begins: at an end, at an offset or at a time.
type Start struct {
	At        string
	Offset    *int64
	Timestamp *int64
}

// Received is a record that was read.
type Received struct {
	Topic     string      `json:"topic"`
	Partition int32       `json:"partition"`
	Offset    int64       `json:"offset"`
	Timestamp int64       `json:"timestamp"`
	Key       *string     `json:"key"`
	Value     *string     `json:"value"`
	Headers   [][2]string `json:"headers"`
}

// Unsupported says what the library does not offer.
type Unsupported string

func (why Unsupported) Error() string { return string(why) }

// Fields of an answer.
type Fields map[string]any

// Operation answers one request.
type Operation func(*Request) (Fields, error)

const lineBytesMax = 1 << 20

// Serve answers requests until standard input ends.
func Serve(operations map[string]Operation) {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, lineBytesMax)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var request Request
		err := json.Unmarshal(lines.Bytes(), &request)
		if err == nil {
			err = answers.Encode(answer(operations, &request))
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func answer(operations map[string]Operation, request *Request) Fields {
	operation, offered := operations[request.Op]
	if !offered {
		return Fields{"id": request.ID, "unsupported": request.Op + " is not offered"}
	}
	fields, err := operation(request)
	var unsupported Unsupported
	switch {
	case errors.As(err, &unsupported):
		return Fields{"id": request.ID, "unsupported": unsupported.Error()}
	case err != nil:
		fmt.Fprintf(os.Stderr, "%s: %v\n", request.Op, err)
		return Fields{"id": request.ID, "error": Fields{"code": fmt.Sprintf("%T", err), "message": err.Error()}}
	case fields == nil:
		fields = Fields{}
	}
	return Fields{"id": request.ID, "ok": fields}
}

// Version is the one of a module that this program was built with.
func Version(module string) string {
	build, _ := debug.ReadBuildInfo()
	for _, each := range build.Deps {
		if each.Path == module {
			return strings.TrimPrefix(each.Version, "v")
		}
	}
	return ""
}

// Offsets are those of the records that were sent, in order; nobody tells them without acknowledgements.
func (request *Request) Offsets(of func(at int) int64) Fields {
	offsets := make([]int64, len(request.Records))
	for at := range offsets {
		offsets[at] = -1
		if request.Acks != 0 {
			offsets[at] = of(at)
		}
	}
	return Fields{"offsets": offsets}
}

// Bytes is nil for null and not nil for the empty text.
func Bytes(text *string) []byte {
	if text == nil {
		return nil
	}
	return append([]byte{}, *text...)
}

// Text is nil for null.
func Text(bytes []byte) *string {
	if bytes == nil {
		return nil
	}
	text := string(bytes)
	return &text
}
