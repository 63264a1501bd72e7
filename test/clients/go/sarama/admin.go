package main

import (
	"maps"
	"slices"
	"strconv"

	"github.com/IBM/sarama"
	"millrace.test/clients/driver"
)

func committed(admin sarama.ClusterAdmin, group, topic string, partitions []int32) (map[int32]int64, error) {
	answer, err := admin.ListConsumerGroupOffsets(group, map[string][]int32{topic: partitions})
	if err != nil {
		return nil, err
	}
	offsets := map[int32]int64{}
	for partition, block := range answer.Blocks[topic] {
		offsets[partition] = block.Offset
	}
	return offsets, nil
}

func describeTopic(admin sarama.ClusterAdmin, topic string) (driver.Fields, error) {
	topics, err := admin.DescribeTopics([]string{topic})
	if err != nil {
		return nil, err
	}
	partitions := []driver.Fields{}
	for _, each := range topics[0].Partitions {
		partitions = append(partitions, driver.Fields{
			"partition": each.ID, "leader": each.Leader, "replicas": each.Replicas, "isr": each.Isr,
		})
	}
	return driver.Fields{"partitions": partitions}, nil
}

func describeConfigs(admin sarama.ClusterAdmin, topic string) (driver.Fields, error) {
	entries, err := admin.DescribeConfig(sarama.ConfigResource{Type: sarama.TopicResource, Name: topic})
	configs := map[string]string{}
	for _, entry := range entries {
		configs[entry.Name] = entry.Value
	}
	return driver.Fields{"configs": configs}, err
}

func describeGroup(admin sarama.ClusterAdmin, group string) (driver.Fields, error) {
	groups, err := admin.DescribeConsumerGroups([]string{group})
	if err != nil {
		return nil, err
	}
	members := []driver.Fields{}
	for _, member := range groups[0].Members {
		assignment, err := member.GetMemberAssignment()
		if err != nil {
			return nil, err
		}
		assigned := []driver.TopicPartition{}
		for topic, partitions := range assignment.Topics {
			for _, partition := range partitions {
				assigned = append(assigned, driver.TopicPartition{Topic: topic, Partition: partition})
			}
		}
		members = append(members, driver.Fields{
			"clientId": member.ClientId, "instanceId": member.GroupInstanceId, "assignment": driver.Pairs(assigned),
		})
	}
	return driver.Fields{"state": groups[0].State, "members": members}, nil
}

func lag(client sarama.Client, admin sarama.ClusterAdmin, group, topic string) (driver.Fields, error) {
	partitions, err := client.Partitions(topic)
	if err != nil {
		return nil, err
	}
	offsets, err := committed(admin, group, topic, partitions)
	if err != nil {
		return nil, err
	}
	lags := map[string]int64{}
	for _, partition := range partitions {
		end, err := client.GetOffset(topic, partition, sarama.OffsetNewest)
		if err != nil {
			return nil, err
		}
		lags[strconv.Itoa(int(partition))] = end - offsets[partition]
	}
	return driver.Fields{"partitions": lags}, nil
}

func administering(client sarama.Client, admin sarama.ClusterAdmin, operations map[string]driver.Operation) {
	operations["committed"] = func(request *driver.Request) (driver.Fields, error) {
		offsets, err := committed(admin, request.Group, request.Topic, []int32{*request.Partition})
		return driver.Fields{"offset": offsets[*request.Partition]}, err
	}
	operations["createTopic"] = func(request *driver.Request) (driver.Fields, error) {
		entries := map[string]*string{}
		for key, value := range request.Configs {
			entries[key] = &value
		}
		detail := &sarama.TopicDetail{NumPartitions: int32(request.Partitions), ReplicationFactor: 1, ConfigEntries: entries}
		return nil, admin.CreateTopic(request.Topic, detail, false)
	}
	operations["describeTopic"] = func(request *driver.Request) (driver.Fields, error) {
		return describeTopic(admin, request.Topic)
	}
	operations["describeConfigs"] = func(request *driver.Request) (driver.Fields, error) {
		return describeConfigs(admin, request.Topic)
	}
	operations["alterConfigs"] = func(request *driver.Request) (driver.Fields, error) {
		entries := map[string]sarama.IncrementalAlterConfigsEntry{}
		for key, value := range request.Configs {
			entries[key] = sarama.IncrementalAlterConfigsEntry{Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &value}
		}
		return nil, admin.IncrementalAlterConfig(sarama.TopicResource, request.Topic, entries, false)
	}
	operations["createPartitions"] = func(request *driver.Request) (driver.Fields, error) {
		return nil, admin.CreatePartitions(request.Topic, int32(request.Total), nil, false)
	}
	operations["deleteRecords"] = func(request *driver.Request) (driver.Fields, error) {
		if err := admin.DeleteRecords(request.Topic, map[int32]int64{*request.Partition: request.Before}); err != nil {
			return nil, err
		}
		start, err := client.GetOffset(request.Topic, *request.Partition, sarama.OffsetOldest)
		return driver.Fields{"lowWatermark": start}, err
	}
	operations["deleteTopic"] = func(request *driver.Request) (driver.Fields, error) {
		return nil, admin.DeleteTopic(request.Topic)
	}
	operations["listGroups"] = func(*driver.Request) (driver.Fields, error) {
		groups, err := admin.ListConsumerGroups()
		return driver.Fields{"groups": slices.Collect(maps.Keys(groups))}, err
	}
	operations["describeGroup"] = func(request *driver.Request) (driver.Fields, error) {
		return describeGroup(admin, request.Group)
	}
	operations["deleteGroup"] = func(request *driver.Request) (driver.Fields, error) {
		return nil, admin.DeleteConsumerGroup(request.Group)
	}
	operations["lag"] = func(request *driver.Request) (driver.Fields, error) {
		return lag(client, admin, request.Group, request.Topic)
	}
}
