package main

import (
	"context"
	"strconv"

	"github.com/twmb/franz-go/pkg/kadm"
	"millrace.test/clients/driver"
)

// timed makes an operation of a call that takes its time.
func timed(call func(context.Context, *driver.Request) (driver.Fields, error)) driver.Operation {
	return func(request *driver.Request) (driver.Fields, error) {
		ctx, cancel := within()
		defer cancel()
		return call(ctx, request)
	}
}

func describeTopic(ctx context.Context, admin *kadm.Client, topic string) (driver.Fields, error) {
	topics, err := admin.ListTopics(ctx, topic)
	if err != nil {
		return nil, err
	}
	partitions := []driver.Fields{}
	for _, each := range topics[topic].Partitions.Sorted() {
		partitions = append(partitions, driver.Fields{
			"partition": each.Partition,
			"leader":    each.Leader,
			"replicas":  each.Replicas,
			"isr":       each.ISR,
		})
	}
	return driver.Fields{"partitions": partitions}, topics[topic].Err
}

func describeConfigs(ctx context.Context, admin *kadm.Client, topic string) (driver.Fields, error) {
	resources, err := admin.DescribeTopicConfigs(ctx, topic)
	if err != nil {
		return nil, err
	}
	configs := map[string]string{}
	for _, resource := range resources {
		if resource.Err != nil {
			return nil, resource.Err
		}
		for _, config := range resource.Configs {
			configs[config.Key] = config.MaybeValue()
		}
	}
	return driver.Fields{"configs": configs}, nil
}

func alterConfigs(ctx context.Context, admin *kadm.Client, request *driver.Request) error {
	changes := []kadm.AlterConfig{}
	for name, value := range request.Configs {
		changes = append(changes, kadm.AlterConfig{Op: kadm.SetConfig, Name: name, Value: kadm.StringPtr(value)})
	}
	altered, err := admin.AlterTopicConfigs(ctx, changes, request.Topic)
	if err != nil {
		return err
	}
	for _, each := range altered {
		if each.Err != nil {
			return each.Err
		}
	}
	return nil
}

func describeGroup(ctx context.Context, admin *kadm.Client, group string) (driver.Fields, error) {
	groups, err := admin.DescribeGroups(ctx, group)
	if err != nil {
		return nil, err
	}
	members := []driver.Fields{}
	for _, member := range groups[group].Members {
		partitions := []driver.TopicPartition{}
		if assigned, ok := member.Assigned.AsConsumer(); ok {
			for _, topic := range assigned.Topics {
				for _, partition := range topic.Partitions {
					partitions = append(partitions, driver.TopicPartition{Topic: topic.Topic, Partition: partition})
				}
			}
		}
		members = append(members, driver.Fields{
			"clientId":   member.ClientID,
			"instanceId": member.InstanceID,
			"assignment": driver.Pairs(partitions),
		})
	}
	return driver.Fields{"state": groups[group].State, "members": members}, groups[group].Err
}

func lag(ctx context.Context, admin *kadm.Client, group, topic string) (driver.Fields, error) {
	lags, err := admin.Lag(ctx, group)
	if err != nil {
		return nil, err
	}
	found := lags[group]
	partitions := map[string]int64{}
	for partition, each := range found.Lag[topic] {
		partitions[strconv.Itoa(int(partition))] = each.Lag
	}
	return driver.Fields{"partitions": partitions}, found.Error()
}

func administering(admin *kadm.Client, operations map[string]driver.Operation) {
	operations["createTopic"] = timed(func(ctx context.Context, request *driver.Request) (driver.Fields, error) {
		configs := map[string]*string{}
		for name, value := range request.Configs {
			configs[name] = kadm.StringPtr(value)
		}
		_, err := admin.CreateTopic(ctx, int32(request.Partitions), 1, configs, request.Topic)
		return nil, err
	})
	operations["describeTopic"] = timed(func(ctx context.Context, request *driver.Request) (driver.Fields, error) {
		return describeTopic(ctx, admin, request.Topic)
	})
	operations["describeConfigs"] = timed(func(ctx context.Context, request *driver.Request) (driver.Fields, error) {
		return describeConfigs(ctx, admin, request.Topic)
	})
	operations["alterConfigs"] = timed(func(ctx context.Context, request *driver.Request) (driver.Fields, error) {
		return nil, alterConfigs(ctx, admin, request)
	})
	operations["createPartitions"] = timed(func(ctx context.Context, request *driver.Request) (driver.Fields, error) {
		created, err := admin.UpdatePartitions(ctx, request.Total, request.Topic)
		if err == nil {
			err = created.Error()
		}
		return nil, err
	})
	operations["deleteRecords"] = timed(func(ctx context.Context, request *driver.Request) (driver.Fields, error) {
		before := kadm.Offsets{}
		before.AddOffset(request.Topic, *request.Partition, request.Before, -1)
		deleted, err := admin.DeleteRecords(ctx, before)
		if err != nil {
			return nil, err
		}
		answer, _ := deleted.Lookup(request.Topic, *request.Partition)
		return driver.Fields{"lowWatermark": answer.LowWatermark}, answer.Err
	})
	operations["deleteTopic"] = timed(func(ctx context.Context, request *driver.Request) (driver.Fields, error) {
		_, err := admin.DeleteTopic(ctx, request.Topic)
		return nil, err
	})
	operations["listGroups"] = timed(func(ctx context.Context, _ *driver.Request) (driver.Fields, error) {
		groups, err := admin.ListGroups(ctx)
		return driver.Fields{"groups": groups.Groups()}, err
	})
	operations["describeGroup"] = timed(func(ctx context.Context, request *driver.Request) (driver.Fields, error) {
		return describeGroup(ctx, admin, request.Group)
	})
	operations["deleteGroup"] = timed(func(ctx context.Context, request *driver.Request) (driver.Fields, error) {
		_, err := admin.DeleteGroup(ctx, request.Group)
		return nil, err
	})
	operations["committed"] = timed(func(ctx context.Context, request *driver.Request) (driver.Fields, error) {
		committed, err := admin.FetchOffsets(ctx, request.Group)
		if err != nil {
			return nil, err
		}
		found, ok := committed.Lookup(request.Topic, *request.Partition)
		if !ok {
			return driver.Fields{"offset": -1}, nil
		}
		return driver.Fields{"offset": found.At}, found.Err
	})
	operations["lag"] = timed(func(ctx context.Context, request *driver.Request) (driver.Fields, error) {
		return lag(ctx, admin, request.Group, request.Topic)
	})
}
