{{- define "sealift.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "sealift.labels" -}}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "sealift.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "sealift.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "sealift.rules" -}}
- apiGroups: [""]
  apiVersions: ["v1"]
  operations: [CREATE, UPDATE]
  resources: [pods, pods/ephemeralcontainers, podtemplates, replicationcontrollers]
  scope: Namespaced
- apiGroups: [apps]
  apiVersions: ["v1"]
  operations: [CREATE, UPDATE]
  resources: [deployments, daemonsets, statefulsets, replicasets]
  scope: Namespaced
- apiGroups: [batch]
  apiVersions: ["v1"]
  operations: [CREATE, UPDATE]
  resources: [jobs, cronjobs]
  scope: Namespaced
{{- end -}}

{{- define "sealift.webhook" -}}
admissionReviewVersions: [v1]
sideEffects: None
failurePolicy: {{ .Values.admission.failurePolicy }}
timeoutSeconds: {{ .Values.admission.timeoutSeconds }}
matchPolicy: Equivalent
namespaceSelector:
  matchExpressions:
    - key: kubernetes.io/metadata.name
      operator: NotIn
      values: {{ append .Values.admission.excludeNamespaces .Release.Namespace | uniq | toJson }}
{{- end -}}

{{- define "sealift.clientConfig" -}}
service:
  name: {{ .root.Release.Name }}-admission
  namespace: {{ .root.Release.Namespace }}
  path: {{ .path }}
{{- if and (not .root.Values.tls.certManager) .root.Values.tls.caBundle }}
caBundle: {{ .root.Values.tls.caBundle }}
{{- end }}
{{- end -}}
