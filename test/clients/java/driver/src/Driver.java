import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * The Java client as a driver of the client matrix: one JSON request a line in, one JSON answer a line out, in order. The operations
 * are those of test/conformance/clients/driver.ts.
 *
 * <p>Usage: Driver HOST:PORT
 */
public final class Driver {
    private static final ObjectMapper JSON = new ObjectMapper();

    interface Operation {
        Object answer(JsonNode request) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        String servers = arguments[0];
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Producers producers = new Producers(servers);
                Consumers consumers = new Consumers(servers);
                Administration administration = new Administration(servers)) {
            Map<String, Operation> operations = new HashMap<>();
            operations.put("hello", request -> Map.of("client", "java", "version", AppInfoParser.getVersion()));
            producers.offer(operations);
            consumers.offer(operations);
            administration.offer(operations);
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                System.out.println(JSON.writeValueAsString(answer(operations, JSON.readTree(line))));
            }
        }
    }

    private static Map<String, Object> answer(Map<String, Operation> operations, JsonNode request) {
        long id = request.get("id").asLong();
        try {
            return Map.of("id", id, "ok", operations.get(request.get("op").asText()).answer(request));
        } catch (Exception failure) {
            Throwable cause = failure;
            while (cause instanceof ExecutionException && cause.getCause() != null) {
                cause = cause.getCause();
            }
            Errors error = Errors.forException(cause);
            String code = error == Errors.UNKNOWN_SERVER_ERROR ? cause.getClass().getSimpleName() : error.name();
            return Map.of("id", id, "error", Map.of("code", code, "message", String.valueOf(cause.getMessage())));
        }
    }
}
