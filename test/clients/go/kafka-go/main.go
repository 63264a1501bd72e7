// Driver of segmentio/kafka-go.
package main

import (
	"errors"
	"os"
	"time"

	"github.com/segmentio/kafka-go"
	"millrace.test/clients/driver"
)

const (
	callTimeout = 20 * time.Second
	// A topic is not known to the library before it has looked again.
	metadataAge = 50 * time.Millisecond
)

var (
	bootstrap = os.Args[1:2]
	transport = &kafka.Transport{MetadataTTL: metadataAge}
)

// known tries again until the library has heard of a topic that is new.
func known(try func() error) error {
	deadline := time.Now().Add(callTimeout)
	for {
		err := try()
		if !errors.Is(err, kafka.UnknownTopicOrPartition) || time.Now().After(deadline) {
			return err
		}
		time.Sleep(metadataAge)
	}
}

func main() {
	client := &kafka.Client{Addr: kafka.TCP(bootstrap[0]), Timeout: callTimeout, Transport: transport}
	operations := map[string]driver.Operation{
		"hello": func(*driver.Request) (driver.Fields, error) {
			return driver.Fields{"client": "kafka-go", "version": driver.Version("github.com/segmentio/kafka-go")}, nil
		},
		"produce": produce,
	}
	consuming(client, operations)
	administering(client, operations)
	driver.Serve(operations)
	closeAll()
}
