import ModelManagement
import Testing

@Suite struct ServerAddressTests {
    // The cases of Ollama's own tests of OLLAMA_HOST, as a client understands them.
    @Test(arguments: [
        ("", "http://127.0.0.1:11434"),
        ("1.2.3.4", "http://1.2.3.4:11434"),
        (":1234", "http://127.0.0.1:1234"),
        ("1.2.3.4:1234", "http://1.2.3.4:1234"),
        ("example.com", "http://example.com:11434"),
        ("example.com:1234", "http://example.com:1234"),
        (":0", "http://127.0.0.1:0"),
        (":66000", "http://127.0.0.1:11434"),
        (":-1", "http://127.0.0.1:11434"),
        ("box:port", "http://box:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("[::]", "http://[::1]:11434"),
        ("::1", "http://[::1]:11434"),
        ("[::1]:1337", "http://[::1]:1337"),
        ("2001:db8::1", "http://[2001:db8::1]:11434"),
        (" 1.2.3.4 ", "http://1.2.3.4:11434"),
        ("\"1.2.3.4\"", "http://1.2.3.4:11434"),
        (" \" 1.2.3.4 \" ", "http://1.2.3.4:11434"),
        ("'1.2.3.4'", "http://1.2.3.4:11434"),
        ("http://1.2.3.4", "http://1.2.3.4:80"),
        ("http://1.2.3.4:4321", "http://1.2.3.4:4321"),
        ("https://1.2.3.4", "https://1.2.3.4:443"),
        ("https://1.2.3.4:4321", "https://1.2.3.4:4321"),
        ("https://example.com/ollama", "https://example.com:443/ollama"),
        ("https://example.com:4321/ollama/", "https://example.com:4321/ollama"),
        ("http://:56789/ollama", "http://127.0.0.1:56789/ollama"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("HTTP://Box:1", "http://box:1"),
        ("ollama.com", "https://ollama.com:443"),
    ])
    func isReadByOllamasRules(text: String, url: String) {
        #expect(ServerAddress(text)?.description == url)
    }

    @Test(arguments: ["ftp://box", "a b", "unix:///tmp/x.sock"])
    func whatCannotBeSpokenIsNone(text: String) {
        #expect(ServerAddress(text) == nil)
    }

    @Test func aPasswordIsNeverShown() throws {
        let address = try #require(ServerAddress("https://me:p%40ss@box/path"))
        #expect(address.description == "https://box:443/path")
        #expect(address.hostAndPort == "box:443")
        #expect(!String(describing: address).contains("me"))
    }

    @Test(arguments: [("localhost", true), ("127.0.0.5:1", true), ("[::1]", true), ("gpu-box", false)])
    func knowsThisMachine(text: String, expected: Bool) {
        #expect(ServerAddress(text)?.isThisMachine == expected)
    }

    @Test(arguments: [
        ("http://me:s3cret@gpu:1/x", "http://…@gpu:1/x"), ("me:s3cret@gpu", "…@gpu"), ("ftp://a:p@ss@h", "ftp://…@h"),
        ("http://gpu:1", "http://gpu:1"), ("", ""),
    ])
    func whatIsShownHasNoPassword(text: String, shown: String) {
        #expect(ServerAddress.shown(text) == shown)
    }
}
