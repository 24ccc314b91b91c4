{{- define "notebooks.args" -}}
- start-notebook.py
- --ServerApp.port={{ .Values.port | int }}
- --ServerApp.token={{ .Values.token }} {{- /* finding: unauthenticated-notebook */}}
{{ if .Values.allowRoot }}- --allow-root{{ end }}
{{- end -}}
