{{- define "ai-common.budget" -}}
{{- $root := index . 0 -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $root.Release.Name }}
spec:
  minAvailable: {{ index . 1 }} {{- /* finding: eviction-blocking-budget */}}
  selector:
    matchLabels:
      {{- include "ai-common.labels" $root | nindent 6 }}
{{- end -}}
