// Driver of sarama.
package main

import (
	"os"

	"github.com/IBM/sarama"
	"millrace.test/clients/driver"
)

var bootstrap = os.Args[1:2]

func settings() *sarama.Config {
	config := sarama.NewConfig()
	config.ClientID = "sarama"
	config.Version = sarama.MaxVersion
	return config
}

func main() {
	client, err := sarama.NewClient(bootstrap, settings())
	if err != nil {
		panic(err)
	}
	admin, err := sarama.NewClusterAdminFromClient(client)
	if err != nil {
		panic(err)
	}
	operations := map[string]driver.Operation{
		"hello": func(*driver.Request) (driver.Fields, error) {
			return driver.Fields{"client": "sarama", "version": driver.Version("github.com/IBM/sarama")}, nil
		},
		"produce": produce,
	}
	consuming(client, operations)
	administering(client, admin, operations)
	driver.Serve(operations)
	closeAll()
}
