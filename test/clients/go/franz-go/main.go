// Driver of franz-go.
package main

import (
	"context"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"millrace.test/clients/driver"
)

const callTimeout = 20 * time.Second

var bootstrap = kgo.SeedBrokers(os.Args[1:2]...)

// within gives a call its time.
func within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), callTimeout)
}

func main() {
	client, err := kgo.NewClient(bootstrap)
	if err != nil {
		panic(err)
	}
	admin := kadm.NewClient(client)
	operations := map[string]driver.Operation{
		"hello": func(*driver.Request) (driver.Fields, error) {
			return driver.Fields{"client": "franz-go", "version": driver.Version("github.com/twmb/franz-go")}, nil
		},
		"produce": produce,
	}
	consuming(admin, operations)
	administering(admin, operations)
	driver.Serve(operations)
	closeAll()
}
