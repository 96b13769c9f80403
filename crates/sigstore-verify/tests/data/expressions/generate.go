// Writes table.jsonl: what Go's regexp package, which cosign uses for identities, says of the
// expressions below. The first line holds the inputs; each other line an expression with the
// inputs in which it is found, or null where it is refused.
//
//	go run generate.go > table.jsonl
package main

import (
	"encoding/json"
	"os"
	"regexp"
)

var inputs = []string{
	"", "a", "A", "b", "ab", "aab", "abc", "ABC", "aaa", "a\nb", "\n", " ", "\t", "\v", "\f", "\r",
	"0", "12", "a1_", "_", "-", "a-b", "]", "[", "^", "&", "&&", "~~", "--", "\\", "{", "}", "a{", "a{,2}",
	"{2}", "(", ")", ".", "a.c", "*", "|", "a|b", "$", "é", "É", "ü", "٣", "\u00a0", "\u2003", "\u0085", "α", "Α", "ς",
	"ſ", "K", "k", "s", "中", "😀", "\x00", "\x7f", "Ⅷ", "user@example.com", "user@example.org",
	"userxexample.com", "user@example.com.evil.org", "xuser@example.com",
	"https://github.com/org/repo/.github/workflows/release.yml@refs/tags/v1.2.3",
	"https://github.com/org/repo/.github/workflows/release.yml@refs/heads/main",
	"https://github.com/Org/repo/.github/workflows/release.yml@refs/heads/main",
	"https://github.com/org-evil/repo/.github/workflows/release.yml@refs/heads/main",
	"https://token.actions.githubusercontent.com", "https://accounts.google.com",
	"spiffe://example.org/ns/a/sa/b", "S\n7", "a b", "foo\nbar", "ab\nab", "aé", "éa",
}

var expressions = []string{
	// Literals, alternatives, groups.
	"a", "ab|b", "^a$", "^(a|b)$", "^a|b$", "a|", "|a", "|", "||", "()", "(|a)", "(?:)", "(?:a)", "((a))",
	"(a", "a)", "(", ")", "((a)", "(?:a", "(?", "(?:", "(?)", "(?P<n>a)", "(?<n>a)", "(?P<n>a", "(?P<>a)", "(?P<n-m>a)",
	"(?P<1>a)", "(?P<n>a)(?P<n>b)", "(?<n>a)|(?<m>b)", "(?'n'a)", "(?P=n)", "(?P>n)", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)",
	"(?>a)", "(?#c)", "(?<n", "(?P<é>a)",
	// Flags.
	"(?i)abc", "(?i:a)b", "(?i)a(?-i)b", "a(?i)b|c", "(a(?i)b)c", "(?s).", "(?s)a.b", "a.b", ".", "(?-s).", "(?m)^b", "(?m)b$",
	"(?m)^$", "^b", "(?m:^b$)", "(?ms)^a.b$", "(?U)a+", "(?U)a+?", "(?iU)A*", "(?ii)a", "(?i-i)A", "(?-)a", "(?i-)a", "(?--i)a",
	"(?x)a b", "(?u)a", "(?R)a", "(?J)a", "(?i-s:A)", "(?i)k", "(?i)K", "(?i)ſ", "(?i)s", "(?i)[k]", "(?i)[^k]", "(?i)\\w",
	"(?i)^\\w$", "(?i)^\\W$", "(?i)[[:upper:]]", "(?i)[^[:lower:]]", "(?i)é", "(?i)ς", "(?i)Σ", "(?i)α", "(?i)[α-ω]",
	"(?i)[a-b]", "(?i)\\x41", "(?i)\\Qab\\E", "(?i)\\pL", "(?i)\\p{Lu}", "(?i)^\\P{Lu}$", "(?i)[\\W]", "(?i)^[\\D]$",
	"(?i)^[^\\w]$", "(?i)[[:^alpha:]]", "(?i)", "(?i)(?:)", "a(?i)*", "(?i)*", "a*(?i)*", "(?i:)",
	// Classes of Perl.
	"\\d", "\\D", "\\s", "\\S", "\\w", "\\W", "^\\d+$", "^\\w+$", "^\\s$", "^\\S$", "^\\W$", "^\\D$", "[\\d]", "[\\w-]", "[^\\w]", "[\\s\\S]",
	"[^\\S]", "[^\\d\\s]", "^[^\\W\\d]+$", "[\\d-z]", "[a-\\d]", "\\h", "\\R", "\\X", "\\N", "\\K", "\\G", "\\l", "\\u0061", "\\U0061",
	// Places.
	"\\Aa", "a\\z", "\\A\\z", "a\\Z", "\\ba", "a\\b", "\\b", "\\B", "^\\B", "a\\B", "\\bé", "é\\b", "\\Bé", "\\B$", "[\\b]", "\\b{start}",
	"\\<a", "a\\>", "^^a", "a$$", "$a", "a^", "^*a", "^+a", "$?a", "(^a)+", "\\b*a", "\\b+a", "(?m)$\\n^", "\\n$", "a$\\n",
	// Escapes.
	"\\.", "a\\.c", "\\*", "\\\\", "\\", "a\\", "\\_", "\\-", "\\ ", "\\\"", "\\/", "\\@", "\\&", "\\~", "\\#", "\\%", "\\é", "\\q", "\\c", "\\e", "\\E", "\\E*",
	"\\a", "\\f", "\\n", "\\r", "\\t", "\\v", "\\0", "\\00", "\\08", "\\1", "(a)\\1", "\\8", "\\9", "\\12", "\\141", "\\0141", "\\377", "\\777",
	"\\x", "\\x4", "\\x41", "\\x4g", "\\x{41}", "\\x{}", "\\x{110000}", "\\x{10FFFF}", "\\x{0000000041}", "\\x{1F600}", "\\x{41",
	"\\x{g}", "\\x{ 41}", "\\x{+41}", "\\xé1", "\\x{ffffffffffff}", "\\C", "\\Qa.c\\E", "\\Qa.c", "\\Q\\E", "\\Q", "\\Q\\", "\\Q[\\E]", "\\Q(\\E",
	"\\Qab\\E+", "\\Qab\\E*$", "a\\Q\\E*", "\\Q\\E*", "a*\\Q\\E*", "\\Q*\\E", "\\Qa\\\\E", "\\Qa\\E\\E", "\\Q\\Qa\\E", "[\\Qa\\E]",
	// Classes in brackets.
	"[a]", "[^a]", "^[^a]$", "[a-c]", "[c-a]", "[a-a]", "[]", "[^]", "[]a]", "[^]a]", "^[]]$", "[[]", "[[a]", "[a[]", "[[]]", "[a[b]c]", "[[a-c][0]]",
	"[a&&b]", "^[a&&b]$", "^[\\w&&[^a]]$", "^[&&]$", "^[a~~b]$", "^[~~]$", "^[a--b]$", "[--]", "[a-]", "[-a]", "^[-]$", "[a-b-c]", "^[a-b-c]$",
	"[--a]", "[!--]", "[%--]", "[a-\\]]", "[\\]]", "[\\[]", "[\\-]", "[\\^]", "[a^]", "[\\\\]", "[\\n]", "[^\\n]", "^[^\\n]$", "[a\nb]", "[\\x41-\\x43]",
	"[\\x{3b1}-\\x{3c9}]", "[\\101]", "[\\0]", "[\\8]", "[\\q]", "[\\A]", "[\\z]", "[\\B]", "[\\Z]", "[a", "[", "[^", "[a-", "[a-\\", "[\\", "[\\]", "[é-ü]",
	"[^\\x00-\\x{10FFFF}]", "[^\\x{0}-\\x{ff}]", "[\\x00-\\x{10FFFF}]", "[ a]", "[(]", "[)]", "[.]", "^[.]$", "[*]", "[|]", "[$]", "[{}]", "[#]", "[\\a]",
	"[[:alpha:]]", "[[:^alpha:]]", "[^[:alpha:]]", "^[[:alnum:]]+$", "[[:ascii:]]", "[[:^ascii:]]", "[[:blank:]]", "[[:cntrl:]]", "[[:digit:]]",
	"[[:graph:]]", "^[[:graph:]]+$", "[[:lower:]]", "[[:print:]]", "^[[:print:]]+$", "[[:punct:]]", "[[:space:]]", "^[[:space:]]$", "[[:upper:]]",
	"[[:word:]]", "[[:xdigit:]]", "[[:foo:]]", "[[:Alpha:]]", "[[:alpha]", "[[:alpha", "[:alpha:]", "^[:alpha:]+$", "[[:]", "[[:]]", "[[:a]b:]",
	"[[.a.]]", "[[=a=]]", "[a[:digit:]b]", "[[:digit:]-z]", "[a-[:digit:]]", "[[:^^alpha:]]", "[[:alpha:][:digit:]]+$", "[[:^word:]]",
	// Unicode.
	"\\pL", "\\pN", "\\PL", "\\p{L}", "\\p{Lu}", "\\p{Greek}", "\\P{Greek}", "\\p{^Greek}", "^\\P{^Greek}$", "\\p{Han}", "\\p{Latin}", "\\p{Nd}", "\\p{Nl}",
	"\\p{Any}", "\\p{Zs}", "\\p{Cc}", "\\pZ", "\\pé", "\\p", "\\p{", "\\p{}", "\\p{^}", "\\p{Foo}", "\\p{greek}", "\\p{GREEK}", "\\p{Grek}", "\\p{Letter}",
	"\\p{uppercase letter}", "\\p{Script=Greek}", "\\p{sc=Greek}", "\\p{gc=L}", "\\p{Alphabetic}", "\\p{White_Space}", "\\p{IsGreek}", "\\p{InGreek}",
	"\\p{ASCII}", "\\p{Assigned}", "\\p{LC}", "\\p{Lc}", "\\p{L&}", "\\p{!L}", "\\p{Old_Italic}", "\\p{olditalic}", "[\\pL]", "[^\\pL]", "[\\p{Greek}a]",
	"[\\P{L}]", "^[^\\P{L}]$", "[\\p{Foo}]", "[\\p]", "\\p{Sc}", "\\p{sc}", "\\p{Cf}", "\\p{cf}", "\\p{digit}", "\\p{punct}", "é", "^.$", "^..$", "中|😀",
	// Repetition.
	"a*", "a+", "a?", "a*?", "a+?", "a??", "^a{2}$", "^a{2,}$", "^a{1,2}b$", "a{0}", "^a{0}$", "a{0,0}b", "a{2,1}", "a{1000}", "a{1001}", "a{1,1001}",
	"a{1000,}", "a{1001,}", "a{99999999999}", "a{1,99999999999}", "a{100000000}", "a{", "a{}", "a{,2}", "a{,}", "a{1", "a{1,", "a{1,2", "a{a}", "a{ 1}",
	"a{1 }", "a{1, 2}", "a{01}", "a{1,02}", "a{0}", "a{00}", "a{-1}", "{", "{2}", "}", "{,2}", "^{2}", "a{2}{3}", "a**", "a*+", "a+*", "a??*", "a*??", "a+?+", "a{2}*",
	"a*{2}", "a{2}?", "a{2}??", "(a*)*", "(a+)+", "(a|b)*c", "(a*)+b", "(a{10}){100}", "(a{10}){101}", "(a{100}){10}", "(a{500}){2}", "(a{500}){3}",
	"((a{10}){10}){10}", "((a{10}){10}){11}", "(a{0,500}){3}", "(a{2,}){600}", "(a{1000}){1}", "(a{1000}){0}", "(a{1000}){0,1}", "(a{1000}){2}",
	"(a{1000})*", "((a{1000})*){2}", "(a{0}){1000}", "((a{1000}){0}){1000}", "(a{1000}b{1000})", "(a{500}|b{3}){2}", "(a{500}|b{3}){3}", "*", "+", "?", "*a", "(*a)",
	"(?:*a)", "a|*", "|*", "(|*)", "^*", "$*", "a|+b", "(?i:*)", "x{0}{0}", "(){2}", "(){1000}", "(?:){3}a",
	// Identities.
	".*", ".+", "^.*$", "^.+$", "user@example.com", "^user@example.com$", "^user@example\\.com$", "user@example\\.com", "@example\\.(com|org)$",
	"^[^@]+@example\\.com$", "https://github.com/org/.*", "^https://github\\.com/org/", "^https://github\\.com/org/[^/]+/\\.github/workflows/.+@refs/tags/v\\d+\\.\\d+\\.\\d+$",
	"^https://github\\.com/(org|other)/repo/", "(?i)^https://github\\.com/org/", "^https://(token\\.actions\\.githubusercontent|accounts\\.google)\\.com$",
	"refs/heads/(main|release-[0-9]+)$", "^spiffe://example\\.org/ns/[a-z]+/sa/[a-z]+$", "^https://github.com/org\\b", "^\\S+@\\S+$", "\\w+@\\w+\\.com$",
	"^https://.*\\.com$", "main$", "\\.yml@", "^https?://", "org/repo", "//", "^(?:https://)?github", "[[:alpha:]]+://", "^\\x68ttps", "\\Qhttps://github.com/\\Eorg",
	"a b", "foo$", "(?m)foo$", "^bar", "(?m)^bar", "foo.bar", "(?s)foo.bar", "foo\\sbar", "foo\\nbar", "^(?:ab\\n?)+$",
}

func main() {
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.Encode(inputs)
	for _, text := range expressions {
		expression, err := regexp.Compile(text)
		if err != nil {
			out.Encode([]any{text, nil})
			continue
		}
		found := []string{}
		for _, input := range inputs {
			if expression.MatchString(input) {
				found = append(found, input)
			}
		}
		out.Encode([]any{text, found})
	}
}
