"""One board for the calls of many nodes, by way of a Redis that they share.

    node: edge, calls --feed--> supervision --frames--> Redis --frames--> board of the region
                                            <--wishes--       <--wishes--

What travels are the frames of the feed (`voice/feed/`): a node's supervision process passes on what
it gets, and the board hands it to its own feed as if the node's processes were on its machine. So
pages, listening and partial transcripts are the same on both. Nothing is kept in Redis: when either
end, or Redis itself, was away, the node's processes tell everything anew, and what the board knows
already it knows by call and sequence number.
"""
