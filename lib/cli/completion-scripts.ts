import type { Shell } from './offline-names.ts';

/**
 * One script for each shell. Each calls `flotilla complete -- WORDS`, which prints one completion a line,
 * `VALUE<tab>TEXT`, or `:files` where a file is possible. No script evaluates what was typed.
 */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# Completion for bash. In ~/.bashrc: source <(flotilla completion bash)
_flotilla() {
  local current="\${COMP_WORDS[COMP_CWORD]}" line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(flotilla complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _flotilla flotilla
`,
  zsh: `#compdef flotilla
# Completion for zsh. In ~/.zshrc, after compinit: source <(flotilla completion zsh)
_flotilla() {
  local -a found
  local line
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      _files
    else
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(flotilla complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#found} )) && _describe flotilla found
}
compdef _flotilla flotilla
`,
  fish: `# Completion for fish: flotilla completion fish > ~/.config/fish/completions/flotilla.fish
function __flotilla_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    for line in (flotilla complete -- $typed[2..-1] "$current" 2>/dev/null)
        if test "$line" = ':files'
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c flotilla -f -a '(__flotilla_complete)'
`,
  powershell: `# Completion for PowerShell. In $PROFILE: flotilla completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName flotilla -ScriptBlock {
  param($word, $line, $position)
  $words = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  # An empty argument would be lost on the way.
  if ($word -eq '') { $words += "''" }
  flotilla complete -- @words 2>$null | Where-Object { $_ -ne ':files' } | ForEach-Object {
    $value, $text = $_ -split "\`t", 2
    if (-not $text) { $text = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
  }
}
`,
};
