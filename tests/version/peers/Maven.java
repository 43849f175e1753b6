// The order of each pair of lines "a b", by Maven: one of < = >.
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.maven.artifact.versioning.ComparableVersion;

class Maven {
    public static void main(String[] args) throws Exception {
        StringBuilder out = new StringBuilder();
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            String[] pair = line.split(" ");
            int c = new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1]));
            out.append(c < 0 ? "<\n" : c > 0 ? ">\n" : "=\n");
        }
        System.out.print(out);
    }
}
