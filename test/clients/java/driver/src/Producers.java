import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.StringSerializer;

/** A producer for each set of settings, kept: an idempotent one shall go on with its sequence. */
final class Producers implements AutoCloseable {
    /** Long enough for all records of a request to meet in one batch; the flush behind them ends it. */
    private static final int LINGER_MS = 1000;

    private static final int TIMEOUT_MS = 20_000;

    private final Map<Map<String, Object>, KafkaProducer<String, String>> producers = new HashMap<>();
    private final String servers;

    Producers(String servers) {
        this.servers = servers;
    }

    void offer(Map<String, Driver.Operation> operations) {
        operations.put("produce", this::produce);
    }

    private Object produce(JsonNode request) throws Exception {
        KafkaProducer<String, String> producer = producers.computeIfAbsent(
                settings(request), settings -> new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer()));
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (JsonNode record : request.get("records")) {
            sent.add(producer.send(record(request, record)));
        }
        producer.flush();
        List<Long> offsets = new ArrayList<>();
        for (Future<RecordMetadata> answer : sent) {
            offsets.add(answer.get().offset());
        }
        return Map.of("offsets", offsets);
    }

    private Map<String, Object> settings(JsonNode request) {
        return Map.of(
                "bootstrap.servers", servers,
                "compression.type", request.get("codec").asText(),
                "acks", request.get("acks").asText(),
                "enable.idempotence", request.get("idempotent").asBoolean(),
                "linger.ms", LINGER_MS,
                "max.block.ms", TIMEOUT_MS,
                "request.timeout.ms", TIMEOUT_MS / 2,
                "delivery.timeout.ms", TIMEOUT_MS);
    }

    private static ProducerRecord<String, String> record(JsonNode request, JsonNode record) {
        JsonNode partition = request.get("partition");
        JsonNode timestamp = record.get("timestamp");
        List<Header> headers = new ArrayList<>();
        for (JsonNode header : record.get("headers")) {
            String value = header.get(1).textValue();
            byte[] octets = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
            headers.add(new RecordHeader(header.get(0).asText(), octets));
        }
        return new ProducerRecord<>(
                request.get("topic").asText(),
                partition.isNull() ? null : (Integer) partition.asInt(),
                timestamp.isNull() ? null : (Long) timestamp.asLong(),
                record.get("key").textValue(),
                record.get("value").textValue(),
                headers);
    }

    @Override
    public void close() {
        producers.values().forEach(KafkaProducer::close);
    }
}
