import java.io.FileInputStream;
import java.util.zip.ZipInputStream;

/** Prints the name and the bytes of each entry of a zip file, read from front to back as it comes over the wire. */
class Entries {
    public static void main(String[] arguments) throws Exception {
        try (var zip = new ZipInputStream(new FileInputStream(arguments[0]))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                System.out.println(entry.getName() + " " + zip.readAllBytes().length);
            }
        }
    }
}
