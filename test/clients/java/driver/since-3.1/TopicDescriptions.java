import java.util.Map;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;

/** The one call of the driver that changed its name: since 3.1 (KIP-516). */
final class TopicDescriptions {
    private TopicDescriptions() {}

    static KafkaFuture<Map<String, TopicDescription>> of(DescribeTopicsResult result) {
        return result.allTopicNames();
    }
}
