import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs Apache Kafka's command line tools one after the other in one JVM, as their shell scripts would: a JVM per tool would cost more
 * than the tool.
 *
 * <p>A line on standard input is one call, its fields separated by tabs and each in base64: the standard input of the tool, its main
 * class, its arguments. The answer is one line: exit code, standard output, standard error, the last two in base64. Each call loads
 * the tools anew, because some keep counts in static fields.
 */
public final class Tools {
    private static final PrintStream ANSWERS = System.out;
    private static final InputStream CALLS = System.in;

    /** How the call under way ended: the first exit counts. Some tools catch what ends them and exit once more. */
    private static Integer exitCode;

    /** What the tool wants done when the JVM ends, such as to flush its producer: done when the call ends. */
    private static final List<Runnable> HOOKS = new ArrayList<>();

    private static final long HOOK_MS_MAX = 20_000;

    /** Thrown in place of the end of the JVM. */
    private static final class Exited extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Exited() {
            super("exit", null, false, false);
        }
    }

    private static void exit(int code, String message) {
        if (exitCode == null) {
            exitCode = code;
            runHooks();
            System.setOut(new PrintStream(OutputStream.nullOutputStream()));
            System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        }
        throw new Exited();
    }

    public static void main(String[] arguments) throws Exception {
        Exit.setExitProcedure(Tools::exit);
        Exit.setHaltProcedure(Tools::exit);
        Exit.setShutdownHookAdder((name, hook) -> HOOKS.add(hook));
        URL[] tools = toolJars(Path.of(arguments[0]));
        BufferedReader calls = new BufferedReader(new InputStreamReader(CALLS, StandardCharsets.US_ASCII));
        for (String line = calls.readLine(); line != null; line = calls.readLine()) {
            List<String> fields = Arrays.stream(line.split("\t", -1)).map(Tools::decode).collect(Collectors.toList());
            ANSWERS.println(call(tools, fields.get(0), fields.get(1), fields.subList(2, fields.size())));
            ANSWERS.flush();
        }
    }

    private static String call(URL[] tools, String input, String mainClass, List<String> arguments) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        exitCode = null;
        int code;
        try (URLClassLoader loader = new URLClassLoader(tools, Tools.class.getClassLoader())) {
            Thread.currentThread().setContextClassLoader(loader);
            code = invoke(loader.loadClass(mainClass), arguments.toArray(new String[0]));
        }
        return code + "\t" + encode(out) + "\t" + encode(err);
    }

    private static int invoke(Class<?> tool, String[] arguments) {
        try {
            tool.getMethod("main", String[].class).invoke(null, (Object) arguments);
            runHooks();
            return exitCode == null ? 0 : exitCode;
        } catch (InvocationTargetException failure) {
            if (exitCode != null) {
                return exitCode;
            }
            failure.getCause().printStackTrace();
        } catch (ReflectiveOperationException failure) {
            failure.printStackTrace();
        }
        return 1;
    }

    private static void runHooks() {
        List<Thread> threads = HOOKS.stream().map(Thread::new).collect(Collectors.toList());
        HOOKS.clear();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            try {
                thread.join(HOOK_MS_MAX);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static URL[] toolJars(Path directory) throws Exception {
        List<URL> jars = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                String name = file.getFileName().toString();
                if (name.startsWith("kafka-tools-") || name.startsWith("kafka_")) {
                    jars.add(file.toUri().toURL());
                }
            }
        }
        return jars.toArray(new URL[0]);
    }

    private static String decode(String field) {
        return new String(Base64.getDecoder().decode(field), StandardCharsets.UTF_8);
    }

    private static String encode(ByteArrayOutputStream bytes) {
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
