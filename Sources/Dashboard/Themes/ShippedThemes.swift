// Made from themes/ by .ci/embed.py; do not edit.

// swift-format-ignore-file

/// The themes that are compiled in, as they stand in `themes/`.
enum ShippedThemes {
    /// File names and texts, sorted by name.
    static let files: [(name: String, text: String)] = [
        (
            "catppuccin-mocha.yaml",
            ##"""
        # Catppuccin Mocha: soft pastels on a dark blue. Colour values from the Catppuccin palette, (c) 2021 Catppuccin, MIT licence:
        # https://github.com/catppuccin/catppuccin and https://catppuccin.com/palette. What is which role is PromptChain's.
        name: catppuccin-mocha
        author: Catppuccin; port by PromptChain contributors
        license: MIT

        palette:
          base: "#1e1e2e"
          mantle: "#181825"
          surface0: "#313244"
          surface1: "#45475a"
          overlay0: "#6c7086"
          subtext0: "#a6adc8"
          text: "#cdd6f4"
          lavender: "#b4befe"
          blue: "#89b4fa"
          sapphire: "#74c7ec"
          teal: "#94e2d5"
          green: "#a6e3a1"
          yellow: "#f9e2af"
          peach: "#fab387"
          red: "#f38ba8"
          mauve: "#cba6f7"

        roles:
          background: text on base
          text: text
          muted: subtext0
          faint: overlay0
          strong: lavender
          accent: blue bold
          header: text
          header-brand: blue bold
          border: surface1
          border-focused: sapphire
          title: text bold
          title-focused: blue bold
          column-heading: subtext0
          selection: on surface0
          selection-unfocused: on mantle
          match: base on yellow bold
          good: green
          busy: blue
          warning: yellow
          error: red bold
          info: mauve
          stale: subtext0 italic
          thinking: subtext0 italic
          key: blue bold
          key-label: subtext0
          gauge: blue
          gauge-rest: surface1
          spark: sapphire
          model-1: sapphire
          model-2: mauve
          model-3: peach
          model-4: teal
          memory-other: subtext0
          memory-free: surface1
          dialog: text on mantle
          dialog-border: sapphire
          dialog-title: blue bold
          input: lavender on surface0

        """##
        ),
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
          stone: "#868d98"
          pencil: "#5a616d"
          ink: "#2b2f36"
          black: "#0f1216"
          blue: "#0b5fa8"
          pale: "#d5e6f7"
          green: "#1a7038"
          brown: "#87540a"
          red: "#b3261e"
          violet: "#4438a8"
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
            "dracula.yaml",
            ##"""
        # Dracula: bright colours on a dark violet. Colour values from Dracula by Zeno Rocha, MIT licence:
        # https://draculatheme.com/contribute. Red and what is muted are lightened, so that text of them can be read.
        name: dracula
        author: Zeno Rocha; port by PromptChain contributors
        license: MIT

        palette:
          background: "#282a36"
          deep: "#21222c"
          line: "#44475a"
          comment: "#6272a4"
          mist: "#a9b2d6"
          foreground: "#f8f8f2"
          cyan: "#8be9fd"
          green: "#50fa7b"
          orange: "#ffb86c"
          pink: "#ff79c6"
          purple: "#bd93f9"
          red: "#ff8c8c"
          yellow: "#f1fa8c"
          select: "#343746"

        roles:
          background: foreground on background
          text: foreground
          muted: mist
          faint: comment
          strong: foreground bold
          accent: purple bold
          header: foreground
          header-brand: purple bold
          border: line
          border-focused: purple
          title: foreground bold
          title-focused: purple bold
          column-heading: mist
          selection: on select
          selection-unfocused: on deep
          match: deep on yellow bold
          good: green
          busy: cyan
          warning: orange
          error: red bold
          info: cyan
          stale: mist italic
          thinking: mist italic
          key: purple bold
          key-label: mist
          gauge: purple
          gauge-rest: line
          spark: purple
          model-1: cyan
          model-2: pink
          model-3: orange
          model-4: green
          memory-other: mist
          memory-free: line
          dialog: foreground on deep
          dialog-border: purple
          dialog-title: purple bold
          input: pink on select

        """##
        ),
        (
            "gruvbox-dark.yaml",
            ##"""
        # Gruvbox dark: warm retro colours. Colour values from gruvbox by Pavel Pertsev (morhetz), MIT/X11 licence:
        # https://github.com/morhetz/gruvbox. Bright red and purple are lightened, so that text of them can be read.
        name: gruvbox-dark
        author: Pavel Pertsev; port by PromptChain contributors
        license: MIT

        palette:
          dark0_hard: "#1d2021"
          dark0: "#282828"
          dark0_soft: "#32302f"
          dark2: "#504945"
          gray: "#928374"
          light4: "#a89984"
          light3: "#bdae93"
          light1: "#ebdbb2"
          light0: "#fbf1c7"
          red: "#ff8272"
          green: "#b8bb26"
          yellow: "#fabd2f"
          blue: "#83a598"
          purple: "#dd96a9"
          aqua: "#8ec07c"
          orange: "#fe8019"

        roles:
          background: light1 on dark0_hard
          text: light1
          muted: light3
          faint: gray
          strong: light0
          accent: yellow bold
          header: light1
          header-brand: yellow bold
          border: dark2
          border-focused: light4
          title: light1 bold
          title-focused: yellow bold
          column-heading: light3
          selection: on dark0_soft
          selection-unfocused: on dark0
          match: dark0_hard on yellow bold
          good: green
          busy: blue
          warning: orange
          error: red bold
          info: purple
          stale: light3 italic
          thinking: light3 italic
          key: yellow bold
          key-label: light3
          gauge: yellow
          gauge-rest: dark2
          spark: light4
          model-1: blue
          model-2: purple
          model-3: orange
          model-4: aqua
          memory-other: light3
          memory-free: dark2
          dialog: light1 on dark0
          dialog-border: light4
          dialog-title: yellow bold
          input: light0 on dark0

        """##
        ),
        (
            "gruvbox-light.yaml",
            ##"""
        # Gruvbox light: ink on warm paper. Colour values from gruvbox by Pavel Pertsev (morhetz), MIT/X11 licence:
        # https://github.com/morhetz/gruvbox. The faded green, yellow, aqua and orange are darkened, so that text of them can be read.
        name: gruvbox-light
        author: Pavel Pertsev; port by PromptChain contributors
        license: MIT

        palette:
          light0: "#fbf1c7"
          light0_hard: "#f9f5d7"
          light1: "#ebdbb2"
          light2: "#d5c4a1"
          dark4: "#7c6f64"
          dark3: "#665c54"
          dark2: "#504945"
          dark1: "#3c3836"
          dark0: "#282828"
          red: "#9d0006"
          green: "#5c5808"
          yellow: "#6a4300"
          blue: "#076678"
          purple: "#752a5a"
          aqua: "#2f5d3f"
          orange: "#993300"

        roles:
          background: dark1 on light0_hard
          text: dark1
          muted: dark2
          faint: dark4
          strong: dark0
          accent: blue bold
          header: dark1
          header-brand: blue bold
          border: light2
          border-focused: dark3
          title: dark1 bold
          title-focused: blue bold
          column-heading: dark2
          selection: on light1
          selection-unfocused: on light0
          match: dark0 on light2 bold
          good: green
          busy: blue
          warning: yellow
          error: red bold
          info: purple
          stale: dark2 italic
          thinking: dark2 italic
          key: blue bold
          key-label: dark2
          gauge: blue
          gauge-rest: light2
          spark: dark3
          model-1: blue
          model-2: purple
          model-3: orange
          model-4: aqua
          memory-other: dark2
          memory-free: light2
          dialog: dark1 on light0
          dialog-border: dark3
          dialog-title: blue bold
          input: dark0 on light1

        """##
        ),
        (
            "high-contrast.yaml",
            ##"""
        # High contrast: black, white and four pure colours, for projectors, sunlight and tired eyes. Text has 7 to 1 at least (AAA).
        name: high-contrast
        author: PromptChain contributors
        license: MIT

        palette:
          black: "#000000"
          coal: "#1c1c1c"
          grey: "#8c8c8c"
          silver: "#d0d0d0"
          white: "#ffffff"
          cyan: "#5fffff"
          green: "#5fff5f"
          yellow: "#ffff5f"
          red: "#ff9b9b"
          violet: "#dfafff"
          orange: "#ffaf5f"
          navy: "#00376b"

        roles:
          background: white on black
          text: white
          muted: silver
          faint: grey
          strong: white bold
          accent: cyan bold
          header: white
          header-brand: cyan bold
          border: grey
          border-focused: cyan
          title: white bold
          title-focused: cyan bold
          column-heading: silver
          selection: on navy bold
          selection-unfocused: on coal
          match: black on yellow bold
          good: green
          busy: cyan
          warning: yellow
          error: red bold
          info: violet
          stale: silver italic
          thinking: silver italic
          key: cyan bold
          key-label: silver
          gauge: cyan
          gauge-rest: grey
          spark: cyan
          model-1: cyan
          model-2: violet
          model-3: orange
          model-4: green
          memory-other: silver
          memory-free: grey
          dialog: white on black
          dialog-border: cyan
          dialog-title: cyan bold
          input: white on coal

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
          mist: "#69748a"
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
        (
            "monochrome.yaml",
            ##"""
        # Monochrome: greys alone, for displays and eyes that tell no colours apart. Weight and signs do the rest.
        name: monochrome
        author: PromptChain contributors
        license: MIT

        palette:
          black: "#101010"
          coal: "#1e1e1e"
          slate: "#303030"
          line: "#4a4a4a"
          grey: "#7e7e7e"
          ash: "#a8a8a8"
          silver: "#d4d4d4"
          white: "#ffffff"

        roles:
          background: silver on black
          text: silver
          muted: ash
          faint: grey
          strong: white bold
          accent: white bold
          header: silver
          header-brand: white bold
          border: line
          border-focused: ash
          title: silver bold
          title-focused: white bold
          column-heading: ash
          selection: on slate bold
          selection-unfocused: on coal
          match: black on silver bold
          good: silver
          busy: white
          warning: white bold
          error: black on white bold
          info: silver
          stale: ash italic
          thinking: ash italic
          key: white bold
          key-label: ash
          gauge: white
          gauge-rest: line
          spark: ash
          model-1: white
          model-2: silver
          model-3: ash
          model-4: ash
          memory-other: ash
          memory-free: line
          dialog: silver on coal
          dialog-border: ash
          dialog-title: white bold
          input: white on coal

        """##
        ),
        (
            "nord.yaml",
            ##"""
        # Nord: cool and quiet. Colour values from Nord by Sven Greb and Arctic Ice Studio, MIT licence:
        # https://www.nordtheme.com. Green, red, orange and purple of aurora are lightened, so that text of them can be read on polar night.
        name: nord
        author: Sven Greb; port by PromptChain contributors
        license: MIT

        palette:
          night0: "#2e3440"
          deep: "#272c36"
          dusk: "#363d4b"
          night3: "#4c566a"
          mist: "#8891a5"
          haze: "#b8c0d0"
          snow0: "#d8dee9"
          snow2: "#eceff4"
          frost1: "#88c0d0"
          frost2: "#8fb1d3"
          red: "#e5a3a9"
          orange: "#e3a995"
          yellow: "#ebcb8b"
          green: "#a9c492"
          purple: "#cdb0c8"

        roles:
          background: snow0 on night0
          text: snow0
          muted: haze
          faint: mist
          strong: snow2
          accent: frost1 bold
          header: snow0
          header-brand: frost1 bold
          border: night3
          border-focused: frost2
          title: snow0 bold
          title-focused: frost1 bold
          column-heading: haze
          selection: on dusk
          selection-unfocused: on deep
          match: night0 on yellow bold
          good: green
          busy: frost1
          warning: yellow
          error: red bold
          info: purple
          stale: haze italic
          thinking: haze italic
          key: frost1 bold
          key-label: haze
          gauge: frost1
          gauge-rest: night3
          spark: frost2
          model-1: frost1
          model-2: purple
          model-3: orange
          model-4: green
          memory-other: haze
          memory-free: night3
          dialog: snow0 on deep
          dialog-border: frost2
          dialog-title: frost1 bold
          input: snow2 on dusk

        """##
        ),
        (
            "tokyo-night.yaml",
            ##"""
        # Tokyo Night: neon on a night sky. Colour values from Tokyo Night by Enkia, MIT licence:
        # https://github.com/enkia/tokyo-night-vscode-theme. Red and comments are lightened, so that text of them can be read.
        name: tokyo-night
        author: Enkia; port by PromptChain contributors
        license: MIT

        palette:
          night: "#1a1b26"
          storm: "#24283b"
          line: "#3b4261"
          comment: "#7780ad"
          dark: "#9aa5ce"
          foreground: "#c0caf5"
          white: "#d5d6db"
          blue: "#7aa2f7"
          cyan: "#7dcfff"
          teal: "#73daca"
          green: "#9ece6a"
          yellow: "#e0af68"
          orange: "#ff9e64"
          red: "#ff8ba0"
          purple: "#bb9af7"
          select: "#24304f"

        roles:
          background: foreground on night
          text: foreground
          muted: dark
          faint: comment
          strong: white
          accent: blue bold
          header: foreground
          header-brand: blue bold
          border: line
          border-focused: blue
          title: foreground bold
          title-focused: blue bold
          column-heading: dark
          selection: on select
          selection-unfocused: on storm
          match: night on yellow bold
          good: green
          busy: blue
          warning: yellow
          error: red bold
          info: purple
          stale: dark italic
          thinking: dark italic
          key: blue bold
          key-label: dark
          gauge: blue
          gauge-rest: line
          spark: blue
          model-1: cyan
          model-2: purple
          model-3: orange
          model-4: teal
          memory-other: dark
          memory-free: line
          dialog: foreground on storm
          dialog-border: blue
          dialog-title: blue bold
          input: white on storm

        """##
        ),
    ]
}
