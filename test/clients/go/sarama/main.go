// Driver of sarama.
package main

import (
	"os"
	"runtime/debug"

	"github.com/IBM/sarama"
	"millrace.test/clients/driver"
)

var bootstrap = os.Args[1:2]

func version() string {
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "github.com/IBM/sarama" {
			return module.Version[1:]
		}
	}
	return "unknown"
}

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
			return driver.Fields{"client": "sarama", "version": version()}, nil
		},
		"produce": produce,
	}
	consuming(client, operations)
	administering(client, admin, operations)
	driver.Serve(operations)
	closeAll()
}
