{{- define "fleet.labels" -}}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
app.kubernetes.io/name: {{ .model.name }}
{{- end -}}

{{- define "fleet.image" -}}
{{ .root.Values.registry }}/{{ .model.engine }}:{{ .model.tag }}
{{- end -}}

{{- define "fleet.container" -}}
- name: server {{- /* finding: undrained-generation */}}
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
    limits: {{- /* finding: unset-memory-limit */}}
      nvidia.com/gpu: {{ .model.gpus }}
  securityContext: {{- /* finding: undropped-capabilities; unset-privilege-escalation */}}
    readOnlyRootFilesystem: {{ .readOnly | default false }}
    {{- with .model.securityContext }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
