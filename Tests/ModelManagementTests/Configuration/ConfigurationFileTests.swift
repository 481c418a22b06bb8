import Foundation
import ModelManagement
import PromptChainCore
import Testing

@Suite struct ConfigurationFileTests {
    private func parse(_ text: String, _ environment: [String: String] = [:]) -> (AppConfiguration, [String]) {
        let (configuration, faults) = ConfigurationFile.parse(text: text, file: "c.yaml", environment: environment)
        return (configuration, faults.map(\.description))
    }

    @Test func aRuleForTheHangUpIsOneOfTwo() {
        #expect(parse("theme: midnight").0.onHangUp == .goOn)
        #expect(parse("on_hangup: continue").0.onHangUp == .goOn)
        let (configuration, faults) = parse("on_hangup: perhaps")
        #expect(configuration.onHangUp == .goOn)
        #expect(faults == ["c.yaml:1:12: error: “on_hangup” cannot be “perhaps”\n    Write continue or stop."])
    }

    @Test func readsEverything() throws {
        let (configuration, faults) = parse(
            """
            model_management: {enabled: true, default_provider: ollama, auto_unload: false, max_loaded_models: auto, \
            health_check_interval: 60, providers: {ollama: {base_url: "http://gpu-box:11434", timeout: 60, max_retries: 5, verbose: yes}}}
            servers:
              - {name: gpu-box, provider: ollama, url: "http://gpu-box:11434", headers: {Authorization: "Bearer ${TOKEN}"}, ca_file: null, interval: 1s, vram: 24GiB}
              - {name: cpp, provider: llamacpp, url: "localhost:8080", timeout: 1m}
            theme: midnight
            on_hangup: stop
            """, ["TOKEN": "abc"])
        #expect(faults.isEmpty)
        #expect(
            configuration.modelManagement
                == ModelManagementConfig(
                    enabled: true, autoUnload: false, healthCheckInterval: 60, maxLoadedModels: nil,
                    providerConfigs: [
                        .ollama: ProviderConfiguration(
                            baseURL: "http://gpu-box:11434", timeout: 60, maxRetries: 5, verbose: true)
                    ]))
        #expect(configuration.theme == "midnight")
        #expect(configuration.onHangUp == .stop)
        #expect(configuration.servers.map(\.name) == ["gpu-box", "cpp"])
        #expect(configuration.servers[0].headers == ["Authorization": "Bearer abc"])
        #expect(configuration.servers[0].vramBytes == 24 << 30)
        #expect(configuration.servers[0].interval == 1)
        #expect(configuration.servers[0].caFile == nil)
        #expect(configuration.servers[1].provider == .llamaCpp)
        #expect(configuration.servers[1].timeout == 60)
    }

    @Test(arguments: ["", "# nothing\n", "null\n", "---\n"])
    func nothingIsAnEmptyConfiguration(text: String) {
        let (configuration, faults) = parse(text)
        #expect(configuration == AppConfiguration())
        #expect(faults.isEmpty)
    }

    @Test func everyFaultComesAtOnceWithItsPlace() {
        let (configuration, faults) = parse(
            """
            theem: midnight
            model_management:
              enabled: perhaps
              max_loaded_models: 0
              default_provider: olama
              providers:
                ollama: {timeout: soon, max_retris: 3}
            servers:
              - name: a
                url: "ftp://x"
              - {url: "http://x", vram: lots}
              - name: b
                url: http://b:1
                headers: {Authorization: "Bearer ${TOKN}"}
              - name: b
                url: http://c:1
            """, ["TOKEN": "abc"])
        #expect(
            faults == [
                "c.yaml:1:1: error: unknown key “theem”\n    Did you mean “theme”?",
                "c.yaml:3:12: error: “model_management.enabled” must be true or false, and is “perhaps”",
                "c.yaml:4:22: error: “model_management.max_loaded_models” must be a whole number 1…1000, and is “0”",
                "c.yaml:5:21: error: there is no provider “olama”\n    Did you mean “ollama”?",
                "c.yaml:7:23: error: “model_management.providers.ollama.timeout” must be a length of time, and is “soon”"
                    + "\n    Write seconds as a number, or 500ms, 30s, 30m, 1h30m.",
                "c.yaml:7:29: error: unknown key “max_retris” in “model_management.providers.ollama”"
                    + "\n    Did you mean “max_retries”?",
                "c.yaml:10:10: error: “server 1, url” is no address\n    Write it as http://HOST:PORT.",
                "c.yaml:11:5: error: “server 2” has no “name”",
                "c.yaml:14:30: error: the environment has no variable TOKN\n    Did you mean ${TOKEN}?",
                "c.yaml:15:5: error: there is a server “b” already\n    Give each server a name of its own.",
            ])
        #expect(configuration.servers.map(\.name) == ["b"])
    }

    @Test func aSecretDoesNotStandInAFault() {
        let (_, faults) = parse("servers: [{name: a, url: b, timeout: \"${SECRET}\"}]", ["SECRET": "s3cret"])
        #expect(faults.count == 1)
        #expect(!faults.joined().contains("s3cret"))
    }

    @Test func twoNamesOfOneAddressAreAFault() {
        let (configuration, faults) = parse(
            "servers: [{name: a, url: gpu}, {name: b, url: \"http://GPU:11434/\"}, {name: c, url: \"gpu:1\"}]")
        #expect(
            faults == ["c.yaml:1:32: error: “b” has the address of “a”: http://gpu:11434\n    Remove one of them."])
        #expect(configuration.servers.map(\.name) == ["a", "c"])
    }

    @Test func eachValueMayComeOutOfTheEnvironment() {
        let (configuration, faults) = parse(
            """
            theme: ${T}
            model_management: {health_check_interval: "${I}", max_loaded_models: "${N}", default_provider: "${P}"}
            servers: [{name: "${S}", url: "http://${H}:1", vram: "${V}", headers: {A: "x ${K}", B: "$${K}"}}]
            """,
            [
                "T": "daylight", "I": "1m", "N": "3", "P": "llamacpp", "S": "box", "H": "gpu", "V": "8GiB",
                "K": "key",
            ])
        #expect(faults.isEmpty)
        #expect(configuration.theme == "daylight")
        #expect(configuration.modelManagement.healthCheckInterval == 60)
        #expect(configuration.modelManagement.maxLoadedModels == 3)
        #expect(configuration.modelManagement.defaultProvider == .llamaCpp)
        let server = configuration.servers.first
        #expect(server?.name == "box" && server?.url.host == "gpu" && server?.vramBytes == 8 << 30)
        #expect(server?.headers == ["A": "x key", "B": "${K}"])
    }

    @Test func aFileThatIsNotThereIsNoFault() {
        let (configuration, faults) = ConfigurationFile.load(path: "/no/such/file.yaml", environment: [:])
        #expect(configuration == AppConfiguration())
        #expect(faults.isEmpty)
    }

    @Test func aFolderInItsPlaceIsAFault() {
        let (_, faults) = ConfigurationFile.load(path: "/tmp", environment: [:])
        #expect(faults.map(\.message) == ["the file cannot be read"])
    }

    @Test func foldersAreThoseOfTheEnvironment() {
        let home = RuntimeDirectories(environment: ["HOME": "/home/me"])
        #expect(home.configurationFile == "/home/me/.config/promptchain/config.yaml")
        #expect(home.state == "/home/me/.local/state/promptchain")
        #expect(home.runtime == home.state)
        let xdg = RuntimeDirectories(environment: [
            "HOME": "/home/me", "XDG_CONFIG_HOME": "/c/", "XDG_STATE_HOME": "relative",
            "XDG_RUNTIME_DIR": "/run/user/1",
        ])
        #expect(xdg.configuration == "/c/promptchain")
        #expect(xdg.state == "/home/me/.local/state/promptchain")
        #expect(xdg.locks == "/run/user/1/promptchain/locks")
    }

    @Test func theGlobalConfigurationIsKept() {
        let config = ModelManagementConfig(enabled: true, maxLoadedModels: 2)
        setGlobalConfig(config)
        #expect(getGlobalConfig() == config)
        setGlobalConfig(ModelManagementConfig())
    }
}
