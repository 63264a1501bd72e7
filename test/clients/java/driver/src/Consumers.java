import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.common.TopicPartition;

/** The consumers of a driver by the names that the scenario gave them. */
final class Consumers implements AutoCloseable {
    private static final Map<String, Class<?>> ASSIGNORS = Map.of(
            "range", RangeAssignor.class,
            "roundrobin", RoundRobinAssignor.class,
            "cooperative-sticky", CooperativeStickyAssignor.class);

    /** Heartbeats to a session: often enough to hear of a rebalance soon. */
    private static final int HEARTBEATS = 10;

    private final Map<String, Reader> readers = new HashMap<>();
    private final String servers;

    Consumers(String servers) {
        this.servers = servers;
    }

    void offer(Map<String, Driver.Operation> operations) {
        operations.put("open", this::open);
        operations.put("join", this::join);
        operations.put("assignment", request -> Map.of("partitions", reader(request).assignment()));
        operations.put("poll", request -> Map.of(
                "records", reader(request).poll(request.get("count").asInt(), request.get("timeoutMs").asLong())));
        operations.put("commit", request -> done(() -> reader(request).commit()));
        operations.put("seek", request -> done(() -> reader(request).seek(partition(request), request.get("offset").asLong())));
        operations.put("pause", request -> done(() -> reader(request).pause(partition(request))));
        operations.put("resume", request -> done(() -> reader(request).resume(partition(request))));
        operations.put("close", request -> done(() -> readers.remove(request.get("consumer").asText()).close()));
    }

    private Object open(JsonNode request) throws Exception {
        Reader reader = new Reader(Map.of("bootstrap.servers", servers));
        readers.put(request.get("consumer").asText(), reader);
        return done(() -> reader.assign(partition(request), request.get("from")));
    }

    private Object join(JsonNode request) throws Exception {
        int session = request.get("sessionMs").asInt();
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", servers);
        settings.put("group.id", request.get("group").asText());
        if (!request.get("assignor").isNull()) {
            settings.put("partition.assignment.strategy", List.of(ASSIGNORS.get(request.get("assignor").asText())));
        }
        settings.put("auto.offset.reset", request.get("reset").asText());
        settings.put("session.timeout.ms", session);
        settings.put("heartbeat.interval.ms", session / HEARTBEATS);
        if (!request.get("instanceId").isNull()) {
            settings.put("group.instance.id", request.get("instanceId").asText());
        }
        List<String> topics = StreamSupport.stream(request.get("topics").spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.toList());
        Reader reader = new Reader(settings);
        readers.put(request.get("consumer").asText(), reader);
        return done(() -> reader.subscribe(topics));
    }

    private Reader reader(JsonNode request) {
        return readers.get(request.get("consumer").asText());
    }

    private static TopicPartition partition(JsonNode request) {
        return new TopicPartition(request.get("topic").asText(), request.get("partition").asInt());
    }

    private interface Step {
        void run() throws Exception;
    }

    private static Map<String, Object> done(Step step) throws Exception {
        step.run();
        return Map.of();
    }

    @Override
    public void close() throws Exception {
        for (Reader reader : readers.values()) {
            reader.close();
        }
    }
}
