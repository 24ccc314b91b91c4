{{- define "ai-common.workload" -}}
{{- $workload := .workload -}}
apiVersion: apps/v1
kind: {{ $workload.kind }}
metadata:
  name: {{ .root.Release.Name }}
spec:
  replicas: {{ $workload.replicas }}
  selector:
    matchLabels:
      {{- include "ai-common.labels" .root | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "ai-common.labels" .root | nindent 8 }}
    spec:
      {{- with $workload.security.pod }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      containers:
        - name: main
          image: {{ printf "%s:%v" $workload.image.name $workload.image.tag | quote }}
          {{- with $workload.command }}
          command: {{ toJson . }}
          {{- end }}
          env:
            {{- range $name := keys $workload.env | sortAlpha }}
            - name: {{ $name }}
              value: {{ get $workload.env $name | quote }}
            {{- end }}
          resources:
            limits: {{- /* finding: unset-memory-limit */}}
              nvidia.com/gpu: {{ $workload.gpus }}
          securityContext: {{- /* finding: undropped-capabilities */}}
            {{- $workload.security.container | toYaml | nindent 12 }}
            readOnlyRootFilesystem: false
{{- end -}}

{{- define "ai-common.labels" -}}
app: {{ .Chart.Name }}
{{- end -}}
