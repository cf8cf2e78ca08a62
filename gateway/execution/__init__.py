"""From the text of an operation to its answer. Knows GraphQL and how fields are declared, nothing of assessments."""
