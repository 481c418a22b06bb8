// Made from themes/ by .ci/embed.py; do not edit.

// swift-format-ignore-file

/// The themes that are compiled in, as they stand in `themes/`.
enum ShippedThemes {
    /// File names and texts, sorted by name.
    static let files: [(name: String, text: String)] = [
        (
            "daylight.yaml",
            ##"""
        # A light theme: paper and ink, one blue for what is current, colours dark enough to be read.
        name: daylight
        author: PromptChain contributors
        license: MIT

        palette:
          paper: "#fbfaf7"
          sheet: "#ffffff"
          cloud: "#eceff3"
          line: "#c9ccd2"
          stone: "#9aa0aa"
          pencil: "#5a616d"
          ink: "#2b2f36"
          black: "#0f1216"
          blue: "#0b5fa8"
          pale: "#d5e6f7"
          green: "#1a7038"
          brown: "#87540a"
          red: "#b3261e"
          violet: "#5145b8"
          orange: "#a8480f"
          teal: "#0c6b64"
          lemon: "#ffe58a"

        roles:
          background: ink on paper
          text: ink
          muted: pencil
          faint: stone
          strong: black bold
          accent: blue bold
          header: ink
          header-brand: blue bold
          border: line
          border-focused: blue
          title: ink bold
          title-focused: blue bold
          column-heading: pencil
          selection: on pale
          selection-unfocused: on cloud
          match: black on lemon bold
          good: green
          busy: blue
          warning: brown
          error: red bold
          info: violet
          stale: pencil italic
          thinking: pencil italic
          key: blue bold
          key-label: pencil
          gauge: blue
          gauge-rest: line
          spark: blue
          model-1: blue
          model-2: violet
          model-3: orange
          model-4: teal
          memory-other: pencil
          memory-free: line
          dialog: ink on sheet
          dialog-border: blue
          dialog-title: blue bold
          input: black on cloud

        """##
        ),
        (
            "midnight.yaml",
            ##"""
        # A dark theme: cool greys, one blue for what is current, and warm colours only where something needs a look.
        name: midnight
        author: PromptChain contributors
        license: MIT

        palette:
          night: "#12151c"
          dusk: "#1a1f29"
          slate: "#242c3a"
          line: "#343d4d"
          mist: "#5b6576"
          ash: "#919cad"
          fog: "#c9d1d9"
          snow: "#f0f4f8"
          sky: "#7cc4ff"
          steel: "#5aa9e6"
          deep: "#1b3350"
          mint: "#7ee0a1"
          amber: "#f2c265"
          coral: "#ff8f8f"
          lilac: "#b6a6f7"
          peach: "#f0a35e"
          teal: "#63c7a6"
          mustard: "#5a4510"

        roles:
          background: fog on night
          text: fog
          muted: ash
          faint: mist
          strong: snow
          accent: sky bold
          header: fog
          header-brand: sky bold
          border: line
          border-focused: steel
          title: fog bold
          title-focused: sky bold
          column-heading: ash
          selection: on deep
          selection-unfocused: on slate
          match: amber on mustard bold
          good: mint
          busy: sky
          warning: amber
          error: coral bold
          info: lilac
          stale: ash italic
          thinking: ash italic
          key: sky bold
          key-label: ash
          gauge: sky
          gauge-rest: line
          spark: steel
          model-1: steel
          model-2: lilac
          model-3: peach
          model-4: teal
          memory-other: ash
          memory-free: line
          dialog: fog on dusk
          dialog-border: steel
          dialog-title: sky bold
          input: snow on slate

        """##
        ),
    ]
}
