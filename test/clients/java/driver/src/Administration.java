import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ConsumerGroupListing;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;

/** The admin client: topics, configs, records and groups. */
final class Administration implements AutoCloseable {
    private static final int TIMEOUT_MS = 20_000;

    private final Admin admin;

    Administration(String servers) {
        admin = Admin.create(Map.of(
                "bootstrap.servers", servers, "default.api.timeout.ms", TIMEOUT_MS, "request.timeout.ms", TIMEOUT_MS));
    }

    void offer(Map<String, Driver.Operation> operations) {
        operations.put("createTopic", this::createTopic);
        operations.put("describeTopic", this::describeTopic);
        operations.put("describeConfigs", this::describeConfigs);
        operations.put("alterConfigs", this::alterConfigs);
        operations.put("createPartitions", this::createPartitions);
        operations.put("deleteRecords", this::deleteRecords);
        operations.put("deleteTopic", this::deleteTopic);
        operations.put("listGroups", this::listGroups);
        operations.put("describeGroup", this::describeGroup);
        operations.put("deleteGroup", this::deleteGroup);
        operations.put("committed", this::committed);
        operations.put("lag", this::lag);
    }

    private Object createTopic(JsonNode request) throws Exception {
        Map<String, String> configs = new HashMap<>();
        request.get("configs").fields().forEachRemaining(config -> configs.put(config.getKey(), config.getValue().asText()));
        NewTopic topic = new NewTopic(topic(request), Optional.of(request.get("partitions").asInt()), Optional.empty());
        admin.createTopics(List.of(topic.configs(configs))).all().get();
        return Map.of();
    }

    private Object describeTopic(JsonNode request) throws Exception {
        TopicDescription description =
                TopicDescriptions.of(admin.describeTopics(List.of(topic(request)))).get().get(topic(request));
        return Map.of(
                "partitions",
                description.partitions().stream().map(Administration::describe).collect(Collectors.toList()));
    }

    private static Map<String, Object> describe(TopicPartitionInfo partition) {
        return Map.of(
                "partition", partition.partition(),
                "leader", partition.leader().id(),
                "replicas", ids(partition.replicas()),
                "isr", ids(partition.isr()));
    }

    private static List<Integer> ids(Collection<Node> nodes) {
        return nodes.stream().map(Node::id).collect(Collectors.toList());
    }

    private Object describeConfigs(JsonNode request) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic(request));
        Map<String, String> configs = new HashMap<>();
        for (ConfigEntry entry : admin.describeConfigs(List.of(resource)).all().get().get(resource).entries()) {
            configs.put(entry.name(), entry.value());
        }
        return Map.of("configs", configs);
    }

    private Object alterConfigs(JsonNode request) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic(request));
        Iterable<Map.Entry<String, JsonNode>> configs = () -> request.get("configs").fields();
        List<AlterConfigOp> changes = StreamSupport.stream(configs.spliterator(), false)
                .map(config -> new ConfigEntry(config.getKey(), config.getValue().asText()))
                .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
                .collect(Collectors.toList());
        admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
        return Map.of();
    }

    private Object createPartitions(JsonNode request) throws Exception {
        NewPartitions total = NewPartitions.increaseTo(request.get("total").asInt());
        admin.createPartitions(Map.of(topic(request), total)).all().get();
        return Map.of();
    }

    private Object deleteRecords(JsonNode request) throws Exception {
        TopicPartition partition = new TopicPartition(topic(request), request.get("partition").asInt());
        RecordsToDelete before = RecordsToDelete.beforeOffset(request.get("before").asLong());
        long low = admin.deleteRecords(Map.of(partition, before)).lowWatermarks().get(partition).get().lowWatermark();
        return Map.of("lowWatermark", low);
    }

    private Object deleteTopic(JsonNode request) throws Exception {
        admin.deleteTopics(List.of(topic(request))).all().get();
        return Map.of();
    }

    private Object listGroups(JsonNode request) throws Exception {
        return Map.of(
                "groups",
                admin.listConsumerGroups().all().get().stream()
                        .map(ConsumerGroupListing::groupId)
                        .sorted()
                        .collect(Collectors.toList()));
    }

    private Object describeGroup(JsonNode request) throws Exception {
        ConsumerGroupDescription description =
                admin.describeConsumerGroups(List.of(group(request))).all().get().get(group(request));
        return Map.of(
                "state",
                description.state().toString(),
                "members",
                description.members().stream().map(Administration::describe).collect(Collectors.toList()));
    }

    private static Map<String, Object> describe(MemberDescription member) {
        Map<String, Object> described = new HashMap<>();
        described.put("clientId", member.clientId());
        described.put("instanceId", member.groupInstanceId().orElse(null));
        described.put("assignment", Reader.sorted(member.assignment().topicPartitions()));
        return described;
    }

    private Object deleteGroup(JsonNode request) throws Exception {
        admin.deleteConsumerGroups(List.of(group(request))).all().get();
        return Map.of();
    }

    private Object committed(JsonNode request) throws Exception {
        TopicPartition partition = new TopicPartition(topic(request), request.get("partition").asInt());
        OffsetAndMetadata committed = offsets(request).get(partition);
        return Map.of("offset", committed == null ? -1 : committed.offset());
    }

    private Object lag(JsonNode request) throws Exception {
        Map<TopicPartition, Long> committed = new HashMap<>();
        offsets(request).forEach((partition, offset) -> {
            if (partition.topic().equals(topic(request))) {
                committed.put(partition, offset.offset());
            }
        });
        Map<TopicPartition, OffsetSpec> latest =
                committed.keySet().stream().collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
        Map<String, Long> lag = new HashMap<>();
        admin.listOffsets(latest).all().get().forEach((partition, end) -> lag.put(
                String.valueOf(partition.partition()), end.offset() - committed.get(partition)));
        return Map.of("partitions", lag);
    }

    private Map<TopicPartition, OffsetAndMetadata> offsets(JsonNode request) throws Exception {
        return admin.listConsumerGroupOffsets(group(request)).partitionsToOffsetAndMetadata().get();
    }

    private static String topic(JsonNode request) {
        return request.get("topic").asText();
    }

    private static String group(JsonNode request) {
        return request.get("group").asText();
    }

    @Override
    public void close() {
        admin.close();
    }
}
