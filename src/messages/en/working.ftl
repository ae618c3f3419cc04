# How a score was worked out: `accredit score --explain`.

working-contribution = { $kind } { $place }
working-statement = { $kind }, stated { $statement }
working-measure = the measure { $measure }{ $repository ->
    [none] { "" }
   *[other] { " " }in { $repository }
  }, of { $amount }
working-carry = { $carry ->
    [in] left over from before
   *[out] carried on to the next term
  }
working-head = { $points }  { $what }, { $day }: { $answer }
working-rule = { $rule }: { $product } = { $earned }
working-basis = from: { $reason }
working-factor = × { $value } { $name }: { $reason }
working-excluded = why: { $reason }
working-limited = limit: { $reason }
working-flag = to look at: { $reason }
working-measured = counted by the measures { $measures }
working-total = total: { points-of }
working-carried = carried on: { points-of }
working-unmet = required: { $reason }
working-no-account = no GitHub account is linked to the member, so nothing can be known: that is not zero
working-credits = credits: { $reason }

factor-size = size
factor-category = category
factor-share = share

bundle-same = the facts under this policy give the same number again: { points-of }, { $credits } credits, all lines alike ({ $lines })
bundle-other = the facts under this policy give another number than the bundle says: { points-of } and { $credits } credits, not { $old_points } and { $old_credits }; { COUNT($lines) ->
    [one] { $lines } line differs
   *[other] { $lines } lines differ
  }{ $first ->
    [none] { "" }
   *[other] , the first is { $first }
  }
bundle-lacks = the bundle was made for another policy and has not what this one asks for: { $what ->
    [years] the work of the same years
    [outside_contributors] how many people from outside contributed to each repository
    [network] the network scores of the class
   *[prior] what earlier terms left under a policy of this name
  }. Score the term under it: accredit score --term { $term } --policy
bundle-other-policy = note: this is another policy than the one in the bundle (hash { $hash }, not { $old_hash })
