-- The owner's measurements to model_variants: one spelling of a precision and a decoding.
select
    * replace (
        lower(precision) as precision,
        lower(decoding) as decoding
    )
from ({rows})
