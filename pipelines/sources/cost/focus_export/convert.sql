-- One file of a FOCUS export under the names and types of FOCUS 1.4. {rows} are its rows,
-- read exactly (reading.py) and as their exporter means them (flavours.py); what the
-- file lacks is not here.
select
    * exclude (focus_row),
    {cost} as x_SourceCost,
    'focus_export' as x_SourceName,
    {delivery_id} as x_DeliveryId,
    {offset} + focus_row as x_SourceRowNumber,
    1 as x_SourceRowPart
from ({rows})
