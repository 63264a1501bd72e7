import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A consumer on a thread of its own. A member of a group polls between operations too, or the others would wait for it in a
 * rebalance; it does so with every partition paused, so that records come only to who asks for them.
 */
final class Reader {
    private static final Duration POLL = Duration.ofMillis(50);

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final KafkaConsumer<String, String> consumer;
    private final Set<TopicPartition> pausedByRequest = new HashSet<>();

    Reader(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("enable.auto.commit", false);
        // One by one, so that the position never is beyond what was handed out.
        all.put("max.poll.records", 1);
        consumer = new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }

    void assign(TopicPartition partition, JsonNode from) throws Exception {
        onThread(() -> {
            consumer.assign(List.of(partition));
            if (from.has("offset")) {
                consumer.seek(partition, from.get("offset").asLong());
            } else if (from.has("timestamp")) {
                seekToTime(partition, from.get("timestamp").asLong());
            } else if (from.get("at").asText().equals("earliest")) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seekToEnd(List.of(partition));
            }
            return consumer.position(partition);
        });
    }

    private void seekToTime(TopicPartition partition, long timestamp) {
        OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, timestamp)).get(partition);
        if (found == null) {
            consumer.seekToEnd(List.of(partition));
        } else {
            consumer.seek(partition, found.offset());
        }
    }

    void subscribe(List<String> topics) throws Exception {
        onThread(() -> {
            consumer.subscribe(topics, new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    // What was not committed by then is the scenario's affair.
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    consumer.pause(partitions);
                }
            });
            return null;
        });
        thread.scheduleWithFixedDelay(this::keepUp, 0, 1, TimeUnit.MILLISECONDS);
    }

    private void keepUp() {
        try {
            consumer.pause(consumer.assignment());
            consumer.poll(POLL);
        } catch (KafkaException failure) {
            System.err.println(failure);
        }
    }

    List<List<Object>> assignment() throws Exception {
        return onThread(() -> sorted(consumer.assignment()));
    }

    static List<List<Object>> sorted(Collection<TopicPartition> partitions) {
        return partitions.stream()
                .sorted(Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition))
                .map(partition -> List.<Object>of(partition.topic(), partition.partition()))
                .collect(Collectors.toList());
    }

    List<Map<String, Object>> poll(int count, long timeoutMs) throws Exception {
        return onThread(() -> {
            List<Map<String, Object>> records = new ArrayList<>();
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
            while (records.size() < count && System.nanoTime() < deadline) {
                Set<TopicPartition> wanted = new HashSet<>(consumer.assignment());
                wanted.removeAll(pausedByRequest);
                consumer.resume(wanted);
                consumer.poll(POLL).forEach(record -> records.add(describe(record)));
            }
            return records;
        });
    }

    private static Map<String, Object> describe(ConsumerRecord<String, String> record) {
        List<List<String>> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            List<String> pair = new ArrayList<>();
            pair.add(header.key());
            pair.add(header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8));
            headers.add(pair);
        }
        Map<String, Object> described = new HashMap<>();
        described.put("topic", record.topic());
        described.put("partition", record.partition());
        described.put("offset", record.offset());
        described.put("key", record.key());
        described.put("value", record.value());
        described.put("headers", headers);
        described.put("timestamp", record.timestamp());
        return described;
    }

    void commit() throws Exception {
        onThread(() -> {
            consumer.commitSync();
            return null;
        });
    }

    void seek(TopicPartition partition, long offset) throws Exception {
        onThread(() -> {
            consumer.seek(partition, offset);
            return null;
        });
    }

    void pause(TopicPartition partition) throws Exception {
        onThread(() -> {
            consumer.pause(List.of(partition));
            return pausedByRequest.add(partition);
        });
    }

    void resume(TopicPartition partition) throws Exception {
        onThread(() -> {
            consumer.resume(List.of(partition));
            return pausedByRequest.remove(partition);
        });
    }

    void close() throws Exception {
        onThread(() -> {
            consumer.close();
            return null;
        });
        thread.shutdownNow();
    }

    private <T> T onThread(Callable<T> step) throws Exception {
        return thread.submit(step).get();
    }
}
