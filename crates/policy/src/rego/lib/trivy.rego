# What Trivy gives to ignore policies as data.lib.trivy.
package lib.trivy

import rego.v1

words := {
	"AV": {"N": "Network", "A": "Adjacent", "L": "Local", "P": "Physical"},
	"AC": {"L": "Low", "H": "High"},
	"PR": {"N": "None", "L": "Low", "H": "High"},
	"UI": {"N": "None", "R": "Required"},
	"S": {"U": "Unchanged", "C": "Changed"},
	"C": {"N": "None", "L": "Low", "H": "High"},
	"I": {"N": "None", "L": "Low", "H": "High"},
	"A": {"N": "None", "L": "Low", "H": "High"},
}

names := {
	"AV": "AttackVector",
	"AC": "AttackComplexity",
	"PR": "PrivilegesRequired",
	"UI": "UserInteraction",
	"S": "Scope",
	"C": "Confidentiality",
	"I": "Integrity",
	"A": "Availability",
}

# The metrics of a vector such as CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H, in words.
parse_cvss_vector_v3(vector) := {names[metric]: words[metric][value] |
	startswith(vector, "CVSS:3")
	some part in split(vector, "/")
	[metric, value] := split(part, ":")
}
