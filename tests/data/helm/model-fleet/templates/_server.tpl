{{- define "fleet.labels" -}}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
app.kubernetes.io/name: {{ .model.name }}
{{- end -}}

{{- define "fleet.image" -}}
{{ .root.Values.registry }}/{{ .model.engine }}:{{ .model.tag }}
{{- end -}}

{{- define "fleet.container" -}}
- name: server {{- /* finding: missing-readiness-probe */}}
  image: {{ include "fleet.image" . | quote }}
  args:
    - --model
    - {{ .model.model }}
    {{- range .model.args }}
    - {{ tpl . $.root | quote }}
    {{- end }}
  {{- with .model.env }}
  env:
    {{- range $name, $value := . }}
    - name: {{ $name }}
      value: {{ $value | quote }}
    {{- end }}
  {{- end }}
  resources:
    limits:
      nvidia.com/gpu: {{ .model.gpus }}
  securityContext:
    readOnlyRootFilesystem: {{ .readOnly | default false }} {{- /* finding: writable-root-filesystem */}}
    {{- with .model.securityContext }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
