# Why a line is worth what it is: one message for each code of `scoring::Code` and of `credits`, named like the code. A sentence begins small
# and has no full stop. What each code knows stands in src/scoring/code.rs.

## Excluded: not applicable

other_account = another account did it, or one that GitHub does not name
untracked_repository = the institution does not count this repository
no_rule = the policy has no rule for { $kind }
category = the rule { $rule } does not hold { $category ->
    [none] for what is about no repository
   *[other] in repositories of the category { $category }
  }
outside_term = it was { $dated_by ->
    [closed] merged or closed
   *[other] done
  } on { $day }, and what counts is from { $from } to { $last }
name = the rule { $rule } asks for the name { $names }, and this is { $name ->
    [none] without a name
   *[other] { $name }
  }

## Excluded: zero

bot = the account is a machine's
own_repository = the repository is the member's own, and the policy leaves work in one's own out
label = it has the label { $label }, which the policy leaves out
no_change = it is shown as merged, and it changes no file
no_commit = it is shown as merged, and none of its commits is its own
state = the rule { $rule } asks for { $states }, and this is { $state }
not_merged = the rule { $rule } asks that it was merged, and it was not
not_confirmed = the rule { $rule } asks that another person stands behind it (merged or approved the pull request, solved the issue), and nobody does
own_work = the rule { $rule } asks that it is about another person's work, and it is about the member's own
not_accepted = the rule { $rule } asks that what it is about was merged or closed as completed, and it was not
not_in_own_pull_request = the rule { $rule } asks that a pull request of the member brought it, and none did
not_reviewed_more_than_once = the rule { $rule } asks that other people reviewed it more than once, and they did not
no_source_code = the rule { $rule } asks that it changes program source, and it does not
no_lines = the rule { $rule } asks that it changes lines that people write, and it changes none
opened_late = it was opened on { $day }, and the rule { $rule } takes what was opened by { $last }
closed_late = it was merged or closed on { $day }, and the rule { $rule } takes what was merged or closed by { $last }
licence = { $licence ->
    [none] the repository has no licence
    [unknown] the licence of the repository is not known
   *[other] the licence of the repository is { $licence }
  }, and the policy asks for one that the Open Source Initiative approves
repository_age = the repository was { days-of } old when the work was done, and the policy asks for { $least }
outside_contributors = { COUNT($people) ->
    [one] { $people } person
   *[other] { $people } people
  } from outside the institution contributed to the repository, and the policy asks for { $least }
not_listed = the policy does not list the repository { $repository }
denied = the policy leaves the repository { $repository } out
registered_late = the institution registered the repository on { $day }, and the policy asks that it did so by { $last }
automation = { $mark ->
    [declared] the member said that a machine made it or helped
   *[other] it bears the mark of a machine ({ $mark })
  }, and the policy does not let such work count
excluded_by_person = { $by } decided on { $day } that it does not count: { $why }
paid_before = it was paid in the term { $term }
counted_elsewhere = another claim on the same work counts: { $other }
share_not_backed = the share is backed neither by commits nor by the author and a mentor
withdrawn = { $by } took it back on { $day }: { $why }
condition_not_met = it earns only where the measure { $measure } is { reach }, and it is { $amount }

## Not yet

still_open = the rule { $rule } counts it when it is merged or closed, and it is still open
waiting = it counts from { $until } on: the policy waits { days-of } first
waiting_after_revert = it was reverted on { $reverted }, so the policy waits { days-of } anew, until { $until }
not_yet_confirmed = the rule { $rule } asks that { $who } confirms it, and that is not there yet
months_not_over = it rests on whole months, and they are not all over
not_countersigned = one person stated it: its { $points } points count once a second person has countersigned it

## Limited

cap_item = { cap-most } for one contribution{ cap-scope }{ cap-left }
cap_kind = { cap-most } for each kind of contribution{ cap-scope }{ cap-left }
cap_work = { cap-most } for each pull request or issue{ cap-scope }{ cap-left }
cap_repository = { cap-most } in each repository{ cap-scope }{ cap-left }
cap_category = { cap-most } in each category of repositories{ cap-scope }{ cap-left }
cap_group = { cap-most } in each group of rules{ cap-scope }{ cap-left }
cap_day = { cap-most } a day{ cap-scope }{ cap-left }
cap_week = { cap-most } a week{ cap-scope }{ cap-left }
cap_month = { cap-most } a month{ cap-scope }{ cap-left }
cap_term = { cap-most } a term{ cap-scope }{ cap-left }

cap-most = the policy counts at most { $points ->
    [none] { items-of }
   *[other] { points-of }
  }
cap-scope = { $kinds ->
    [none] { "" }
   *[other] { " " }({ $kinds })
  }{ $groups ->
    [none] { "" }
   *[other] , of the group { $groups } only
  }{ $categories ->
    [none] { "" }
   *[other] , in repositories of { $categories } only
  }
# `how` says what became of it: the number is used up, the points are, it is one contribution's own limit, or so much was left.
cap-left = { $how ->
    [number] , and so many count already
    [nothing] , and all of them are used up
    [own] , so { $counts } of { earned-of } count
   *[rest] , of which { $counts } were left, so { $counts } of { earned-of } count
  }
earned-of = { COUNT($earned) ->
    [one] { $earned } point
   *[other] { $earned } points
  }
cap_unit = it belongs together with others: { COUNT($items) ->
    [one] { $items } pull request
   *[other] { $items } pull requests
  } of { lines-of } together earn at most { $most } points (what one of that size earns, and { $bonus } of it more), so { $counts } of { earned-of } count

## Factors

size = { lines-of }, from { $from } on
size_unknown = GitHub gave no list of changed files, so the size changes nothing
category_factor = repositories of the category { $category }
share = { $rank ->
    [none] { $rest ->
        [none] the member's part is { $value }
       *[other] the parts of the others leave { $value }
      }
   *[other] the member is number { $rank } of a team of { $team }: { $value }{ $rest ->
        [none] { "" }
       *[other] { " " }is what the others leave
      }
  }
group_factor = { $factor }: the measure { $measure } is { $amount }, and the factor holds where it is { reach }

## Flags of a line

instant_review = the change has { COUNT($lines) ->
    [one] { $lines } line
   *[other] { $lines } lines
  } and was confirmed { COUNT($minutes) ->
    [zero] in less than a minute
    [one] after { $minutes } minute
   *[other] after { $minutes } minutes
  }
automation_mark = it bears the mark of a machine ({ $mark }), and the member has not declared that
copied = the same lines were brought before: { $url }
moved = { $lines } of its { $of } lines only moved or differ in white space
unread = { $lines } of its { $of } lines are in files too large for GitHub to show, so nobody has read whether more than white space changed
reverted = it was reverted on { $day } (number { $number })
gone = GitHub does not show it any more, as was found on { $day }
unvouched_time = nobody vouches for the time of this commit, since { $days ->
    [none] no pull request brought it
   *[other] the pull request that brought it was open for { days-of }
  }

## Flags of a member

velocity_day = { COUNT($items) ->
    [one] { $items } pull request was
   *[other] { $items } pull requests were
  } opened on { $day }; a person looks where it is more than { $most } a day
velocity_week = { COUNT($items) ->
    [one] { $items } pull request was
   *[other] { $items } pull requests were
  } opened in the week of { $day }; a person looks where it is more than { $most } a week
mutual_reviews = the member and the account { $account } confirm each other: it stands behind { $received } of the member's pull requests, the member behind { $given } of its, more than { $part } of what each gives and gets
spam = { COUNT($items) ->
    [one] { $items } contribution is
   *[other] { $items } contributions are
  } labelled as spam or invalid
account_changed = another account came to the member on { $day }

## Of the whole

requirement_not_met = the policy requires that the measure { $measure } is { reach }, and it is { $amount ->
    [none] not known yet
   *[other] { $amount }
  }
carried_in = left over from { $from ->
    [none] an earlier term
   *[other] { $from }
  }
carried_out = points are paid in steps of { $step }{ $most ->
    [none] { "" }
   *[other] , at most { $most } at a time
  }; the rest is carried on
measured = { amount-of }
stated = { $by } stated it on { $day }: { $why }

## Credits

credits_none = { credits-rate }: no credits{ credits-needed }
credits = { credits-rounded }: { $credits }{ credits-needed }
credits_minimum = { credits-rounded }: { $rounded }, below the minimum of { $minimum }, so none{ credits-needed }
credits_cap = { credits-rounded }: { $rounded }, more than the cap of { $cap }, so { $credits }{ credits-needed }
credits_lifetime_cap = { credits-rounded }: { $rounded }, and with the { $prior } of earlier terms more than the { $lifetime_cap } that there are in all, so { $credits }{ credits-needed }
credits_unmet = { points-of }, but what the policy requires of { $measures } is not met: no credits{ credits-needed }
credits-rate = { points-of } at { $per_credit } points a credit
credits-rounded = { credits-rate }, rounded { $rounding ->
    [down] down to
    [up] up to
    [half_up] to the nearer (from the middle up)
   *[half_even] to the nearer (from the middle to the even)
  } a multiple of { $step }
credits-needed = { $needed ->
    [none] { "" }
   *[other] ; with earlier terms { $total } of the { $needed } that are needed in all
  }
