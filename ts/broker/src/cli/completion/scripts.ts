// What a shell has to be told, to be sourced once.
const bash = String.raw`# source <(millrace completion bash)
_millrace() {
  local IFS=$'\n'
  COMPREPLY=($(millrace __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _millrace millrace`.replaceAll('\\$', '$')

const zsh = String.raw`#compdef millrace
# source <(millrace completion zsh)
_millrace() {
  local -a found
  found=("\${(@f)$(millrace __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ -n "$found" ]] && compadd -Q -- "\${found[@]}"
}
compdef _millrace millrace`.replaceAll('\\$', '$')

const fish = `# millrace completion fish | source
function __millrace
  set -l words (commandline -opc) (commandline -ct)
  millrace __complete -- $words[2..-1] 2>/dev/null
end
complete -c millrace -f -a '(__millrace)'`

export const scripts = { bash, zsh, fish } as const
