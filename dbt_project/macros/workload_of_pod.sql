{#-
  The controller's name in a pod's: Kubernetes adds -<template hash>-<5 characters> to a
  Deployment's, and a number to a StatefulSet's.
-#}
{% macro workload_of_pod(pod) -%}
    regexp_replace({{ pod }}, '(-[a-z0-9]{8,10}-[a-z0-9]{5}|-[0-9]+)$', '')
{%- endmacro %}
