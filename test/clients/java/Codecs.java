import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Records through the Java client with every codec; see test/integration/codecs.test.ts for the two file formats.
 *
 * <p>Usage: Codecs produce HOST:PORT TOPIC_PREFIX CODEC,... RECORDS, or Codecs consume HOST:PORT COUNT TOPIC...
 */
public final class Codecs {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("produce")) {
            produce(arguments[1], arguments[2], arguments[3].split(","), Path.of(arguments[4]));
        } else {
            consume(arguments[1], Integer.parseInt(arguments[2]), List.of(arguments).subList(3, arguments.length));
        }
    }

    private static void produce(String servers, String prefix, String[] codecs, Path records) throws Exception {
        List<String> lines = Files.readAllLines(records);
        for (String codec : codecs) {
            Map<String, Object> settings =
                    Map.of("bootstrap.servers", servers, "compression.type", codec, "linger.ms", 50, "batch.size", 65536);
            try (KafkaProducer<byte[], byte[]> producer =
                    new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
                List<Future<RecordMetadata>> sent = new ArrayList<>();
                for (String line : lines) {
                    sent.add(producer.send(record(prefix + "-" + codec, JSON.readTree(line))));
                }
                for (Future<RecordMetadata> answer : sent) {
                    answer.get();
                }
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, JsonNode record) {
        List<Header> headers = new ArrayList<>();
        for (JsonNode header : record.get("headers")) {
            headers.add(new RecordHeader(header.get(0).asText(), octets(header.get(1))));
        }
        long timestamp = record.get("timestamp").asLong();
        return new ProducerRecord<>(topic, null, timestamp, octets(record.get("key")), octets(record.get("value")), headers);
    }

    private static void consume(String servers, int count, List<String> topics) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", servers, "enable.auto.commit", false);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = topics.stream().map(topic -> new TopicPartition(topic, 0)).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            for (int seen = 0; seen < count; ) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("only " + seen + " of " + count);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    System.out.println(JSON.writeValueAsString(describe(record)));
                    seen += 1;
                }
            }
        }
    }

    private static ObjectNode describe(ConsumerRecord<byte[], byte[]> record) throws Exception {
        ObjectNode line = JSON.createObjectNode();
        line.put("topic", record.topic()).put("offset", record.offset()).put("timestamp", record.timestamp());
        line.put("key", text(record.key()));
        byte[] value = record.value();
        line.put("bytes", value == null ? null : (Integer) value.length);
        line.put("sha256", value == null ? null : HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value)));
        ArrayNode headers = line.putArray("headers");
        for (Header header : record.headers()) {
            headers.addArray().add(header.key()).add(text(header.value()));
        }
        return line;
    }

    private static byte[] octets(JsonNode text) {
        return text.isNull() ? null : Base64.getDecoder().decode(text.asText());
    }

    private static String text(byte[] octets) {
        return octets == null ? null : Base64.getEncoder().encodeToString(octets);
    }
}
