extension SimulatedCatalogue {
    /// The models with which exchanges with a real server were recorded: SmolLM2-135M in several guises.
    ///
    /// `smol-a`, `smol-b` and `smol-c` have weights of their own, `smol-a-alias` shares those of `smol-a` with another
    /// context, `smol-tools` calls tools, `smol-embed` only embeds.
    public static let recorded = SimulatedCatalogue(models: [
        smol("smol-b", 98_362_745, "f4bf38ec5131b94f14689233130f1cefcbde7ef6313e872e754aa27bd7aa5591"),
        smol("smol-a", 98_362_745, "f370f27a08bc1994060ef633edc1a0aeff94751406a03d1bc0bc76fac8d27e9c"),
        smol("smol-c", 98_362_745, "1b8caaeba751e901bf5dfcd8c3b555b1bd0ae4d7c42bb436d3e7144b9621d072"),
        smol(
            "smol-a-alias", 98_362_809, "ba1f141910ff3e72b21e87a60133d4ab2a05b710115bab6a234af17f25708fc0",
            weights: "smol-a:latest",
            parameters: chatMLStops + [.init("temperature", "0"), .init("num_ctx", "2048")],
            system: "You answer in one short sentence."),
        smol(
            "smol-tools", 98_363_304, "bf7ebe401a4f6cf78f10c9adbe7399e607de5946eb47382542683caa30cf5d5f",
            capabilities: ["completion", "tools"],
            parameters: [.init("stop", "<|im_end|>"), .init("temperature", "0")]),
        smol(
            "smol-embed", 98_362_809, "6546d00bb72740ee1bcdaad39b0aff6ddfa58af7229991310a920cb21d7b61ec",
            capabilities: ["embedding"]),
    ])

    private static let chatMLStops: [SimulatedModel.Parameter] = [
        .init("stop", "<|im_start|>"), .init("stop", "<|im_end|>"),
    ]

    private static func smol(
        _ name: String, _ fileBytes: Int64, _ digest: String, weights: String? = nil,
        capabilities: [String] = ["completion"], parameters: [SimulatedModel.Parameter] = chatMLStops,
        system: String? = nil
    ) -> SimulatedModel {
        SimulatedModel(
            name: "\(name):latest", fileBytes: fileBytes, family: "llama", parameterSize: "134.52M",
            parameterCount: 134_515_008, quantization: "Q4_1",
            geometry: .init(
                layers: 30, embedding: 576, heads: 9, kvHeads: 3, contextMaximum: 8192, vocabulary: 49152,
                feedForward: 1536),
            capabilities: capabilities, weightsKey: weights, digest: digest, parameters: parameters, system: system,
            template:
                "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
        )
    }
}
