package main

import (
	"context"
	"errors"
	"strconv"

	"github.com/segmentio/kafka-go"
	"millrace.test/clients/driver"
)

var background = context.Background()

func partitionsOf(client *kafka.Client, topic string) ([]kafka.Partition, error) {
	var partitions []kafka.Partition
	err := known(func() error {
		answer, err := client.Metadata(background, &kafka.MetadataRequest{Topics: []string{topic}})
		if err != nil {
			return err
		}
		partitions = answer.Topics[0].Partitions
		return answer.Topics[0].Error
	})
	return partitions, err
}

func endOffsets(client *kafka.Client, topic string, partitions []int) (map[int]int64, error) {
	asked := []kafka.OffsetRequest{}
	for _, partition := range partitions {
		asked = append(asked, kafka.LastOffsetOf(partition))
	}
	answer, err := client.ListOffsets(background, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: asked}})
	if err != nil {
		return nil, err
	}
	ends := map[int]int64{}
	for _, each := range answer.Topics[topic] {
		err = errors.Join(err, each.Error)
		ends[each.Partition] = each.LastOffset
	}
	return ends, err
}

func committed(client *kafka.Client, group, topic string, partitions []int) (map[int]int64, error) {
	request := &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: partitions}}
	answer, err := client.OffsetFetch(background, request)
	if err != nil {
		return nil, err
	}
	offsets := map[int]int64{}
	for _, each := range answer.Topics[topic] {
		offsets[each.Partition] = each.CommittedOffset
	}
	return offsets, answer.Error
}

func createTopic(client *kafka.Client, request *driver.Request) error {
	topic := kafka.TopicConfig{Topic: request.Topic, NumPartitions: request.Partitions, ReplicationFactor: 1}
	for key, value := range request.Configs {
		topic.ConfigEntries = append(topic.ConfigEntries, kafka.ConfigEntry{ConfigName: key, ConfigValue: value})
	}
	answer, err := client.CreateTopics(background, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{topic}})
	if err != nil {
		return err
	}
	return answer.Errors[request.Topic]
}

func describeTopic(client *kafka.Client, topic string) (driver.Fields, error) {
	found, err := partitionsOf(client, topic)
	ids := func(brokers []kafka.Broker) []int {
		numbers := []int{}
		for _, broker := range brokers {
			numbers = append(numbers, broker.ID)
		}
		return numbers
	}
	partitions := []driver.Fields{}
	for _, each := range found {
		partitions = append(partitions, driver.Fields{
			"partition": each.ID, "leader": each.Leader.ID, "replicas": ids(each.Replicas), "isr": ids(each.Isr),
		})
	}
	return driver.Fields{"partitions": partitions}, err
}

func describeConfigs(client *kafka.Client, topic string) (driver.Fields, error) {
	resource := kafka.DescribeConfigRequestResource{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic}
	request := &kafka.DescribeConfigsRequest{Resources: []kafka.DescribeConfigRequestResource{resource}}
	answer, err := client.DescribeConfigs(background, request)
	if err != nil {
		return nil, err
	}
	configs := map[string]string{}
	for _, entry := range answer.Resources[0].ConfigEntries {
		configs[entry.ConfigName] = entry.ConfigValue
	}
	return driver.Fields{"configs": configs}, answer.Resources[0].Error
}

func alterConfigs(client *kafka.Client, request *driver.Request) error {
	resource := kafka.IncrementalAlterConfigsRequestResource{ResourceType: kafka.ResourceTypeTopic, ResourceName: request.Topic}
	for key, value := range request.Configs {
		change := kafka.IncrementalAlterConfigsRequestConfig{Name: key, Value: value, ConfigOperation: kafka.ConfigOperationSet}
		resource.Configs = append(resource.Configs, change)
	}
	changes := &kafka.IncrementalAlterConfigsRequest{Resources: []kafka.IncrementalAlterConfigsRequestResource{resource}}
	answer, err := client.IncrementalAlterConfigs(background, changes)
	if err != nil {
		return err
	}
	return answer.Resources[0].Error
}

func describeGroup(client *kafka.Client, group string) (driver.Fields, error) {
	answer, err := client.DescribeGroups(background, &kafka.DescribeGroupsRequest{GroupIDs: []string{group}})
	if err != nil {
		return nil, err
	}
	members := []driver.Fields{}
	for _, each := range answer.Groups[0].Members {
		assigned := []driver.TopicPartition{}
		for _, topic := range each.MemberAssignments.Topics {
			for _, partition := range topic.Partitions {
				assigned = append(assigned, driver.TopicPartition{Topic: topic.Topic, Partition: int32(partition)})
			}
		}
		members = append(members, driver.Fields{
			"clientId": each.ClientID, "instanceId": nil, "assignment": driver.Pairs(assigned),
		})
	}
	return driver.Fields{"state": answer.Groups[0].GroupState, "members": members}, answer.Groups[0].Error
}

func lag(client *kafka.Client, group, topic string) (driver.Fields, error) {
	found, err := partitionsOf(client, topic)
	if err != nil {
		return nil, err
	}
	numbers := []int{}
	for _, each := range found {
		numbers = append(numbers, each.ID)
	}
	ends, endsError := endOffsets(client, topic, numbers)
	offsets, offsetsError := committed(client, group, topic, numbers)
	lags := map[string]int64{}
	for _, partition := range numbers {
		lags[strconv.Itoa(partition)] = ends[partition] - offsets[partition]
	}
	return driver.Fields{"partitions": lags}, errors.Join(endsError, offsetsError)
}

func administering(client *kafka.Client, operations map[string]driver.Operation) {
	operations["committed"] = func(request *driver.Request) (driver.Fields, error) {
		partition := int(*request.Partition)
		offsets, err := committed(client, request.Group, request.Topic, []int{partition})
		return driver.Fields{"offset": offsets[partition]}, err
	}
	operations["createTopic"] = func(request *driver.Request) (driver.Fields, error) {
		return nil, createTopic(client, request)
	}
	operations["describeTopic"] = func(request *driver.Request) (driver.Fields, error) {
		return describeTopic(client, request.Topic)
	}
	operations["describeConfigs"] = func(request *driver.Request) (driver.Fields, error) {
		return describeConfigs(client, request.Topic)
	}
	operations["alterConfigs"] = func(request *driver.Request) (driver.Fields, error) {
		return nil, alterConfigs(client, request)
	}
	operations["createPartitions"] = func(request *driver.Request) (driver.Fields, error) {
		topics := []kafka.TopicPartitionsConfig{{Name: request.Topic, Count: int32(request.Total)}}
		answer, err := client.CreatePartitions(background, &kafka.CreatePartitionsRequest{Topics: topics})
		if err != nil {
			return nil, err
		}
		return nil, answer.Errors[request.Topic]
	}
	operations["deleteTopic"] = func(request *driver.Request) (driver.Fields, error) {
		answer, err := client.DeleteTopics(background, &kafka.DeleteTopicsRequest{Topics: []string{request.Topic}})
		if err != nil {
			return nil, err
		}
		return nil, answer.Errors[request.Topic]
	}
	operations["listGroups"] = func(*driver.Request) (driver.Fields, error) {
		answer, err := client.ListGroups(background, &kafka.ListGroupsRequest{})
		if err != nil {
			return nil, err
		}
		groups := []string{}
		for _, each := range answer.Groups {
			groups = append(groups, each.GroupID)
		}
		return driver.Fields{"groups": groups}, answer.Error
	}
	operations["describeGroup"] = func(request *driver.Request) (driver.Fields, error) {
		return describeGroup(client, request.Group)
	}
	operations["deleteGroup"] = func(request *driver.Request) (driver.Fields, error) {
		answer, err := client.DeleteGroups(background, &kafka.DeleteGroupsRequest{GroupIDs: []string{request.Group}})
		if err != nil {
			return nil, err
		}
		return nil, answer.Errors[request.Group]
	}
	operations["lag"] = func(request *driver.Request) (driver.Fields, error) {
		return lag(client, request.Group, request.Topic)
	}
}
