import java.util.TreeMap;
import kafka.server.KafkaConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.DynamicConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Kafka's own table of configuration keys, one a line: scope, name, type, default, bounds, and how a broker key changes
 * while running or which broker keys stand behind another. Tabs between them; a default that is not set is empty.
 */
public final class ConfigTable {
  public static void main(String[] arguments) {
    var modes = DynamicBrokerConfig.dynamicConfigUpdateModes();
    for (var key : new TreeMap<>(KafkaConfig.configDef().configKeys()).values())
      print("broker", key, modes.getOrDefault(key.name, "read-only"));
    for (var key : new TreeMap<>(DynamicConfig.Broker.configKeys()).values())
      if (!KafkaConfig.configDef().names().contains(key.name)) print("dynamic", key, "cluster-wide");
    for (var key : new TreeMap<>(LogConfig.configDefCopy().configKeys()).values()) {
      var names = new StringBuilder();
      var synonyms = ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.get(key.name);
      if (synonyms != null) for (var synonym : synonyms) names.append(names.isEmpty() ? "" : " ").append(synonym.name());
      print("topic", key, names.toString());
    }
    for (var key : new TreeMap<>(GroupConfig.CONFIG_DEF.configKeys()).values())
      print("group", key, GroupConfig.brokerSynonym(key.name).orElse(""));
    for (var key : new TreeMap<>(ClientMetricsConfigs.configDef().configKeys()).values()) print("client-metrics", key, "");
  }

  private static void print(String scope, ConfigDef.ConfigKey key, String last) {
    var value = key.hasDefault() ? ConfigDef.convertToString(key.defaultValue, key.type) : null;
    var fields = new Object[] {scope, key.name, key.type, value == null ? "" : value, key.validator == null ? "" : key.validator, last};
    var line = new StringBuilder();
    for (var field : fields) line.append(line.isEmpty() ? "" : "\t").append(field);
    System.out.println(line);
  }
}
