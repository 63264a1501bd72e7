// What a shell has to be told, to be sourced once.
// Bash cuts words at colons and equals signs as well: what no space stands before belongs to the word before.
const bash = String.raw`# source <(millrace completion bash)
_millrace() {
  local IFS=$'\n' word words=() rest=$COMP_LINE begun
  for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    begun=\${rest#"\${rest%%[! ]*}"}
    if [[ $begun == "$rest" && \${#words[@]} -gt 0 ]]; then words[\${#words[@]}-1]+=$word; else words+=("$word"); fi
    rest=\${begun#"$word"}
  done
  COMPREPLY=($(millrace __complete -- "\${words[@]:1}" 2>/dev/null))
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

// Of an empty argument some versions of it make none: a space stands for the word that is not begun.
const pwsh = String.raw`# millrace completion pwsh | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName millrace -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $typed = if ($wordToComplete -eq '') { ' ' } else { $wordToComplete }
  millrace __complete '--' @words $typed 2>$null |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}`

export const scripts = { bash, zsh, fish, pwsh } as const
