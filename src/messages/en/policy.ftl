# A policy in plain words: `accredit policy explain`. One message for each thing that a policy can say.

policy-audience = { $audience ->
    [students] For students.
    [faculty] For faculty.
   *[everyone] For students and faculty.
  }
policy-years = { COUNT($years) ->
    [one] It looks at { $years } year, ending with the term.
   *[other] It looks at { $years } years, ending with the term.
  }
policy-term = It looks at the term alone.

heading-eligibility = What may count at all
heading-repositories = Which repositories
heading-rules = What each item earns
heading-measures = What is measured
heading-factors = What multiplies a group
heading-limits = How much counts
heading-units = Work cut into slices
heading-works = Several items on one work, several people on one item
heading-requirements = What is required
heading-payout = When points are paid
heading-credits = What the points are worth
heading-flags = What a person looks at first
heading-decision = How it is decided

## What may count at all

eligibility-own = { $own ->
    [exclude] Work in a repository of one's own does not count.
   *[count] Work in a repository of one's own counts.
  }
eligibility-labels = An item with one of these labels does not count: { $labels }.
eligibility-waiting = A contribution counts when { days-of } have passed since the date by which it belongs to the term, or since it was merged or closed, if that was later; a revert begins them anew.
eligibility-automation = { $automation ->
    [allow] Work that a machine made or helped with counts.
    [declare] Work that a machine made or helped with counts where the member declared it; where only its mark says so, a person looks at it.
   *[deny] Work that a machine made or helped with earns nothing.
  }

## Which repositories

repositories-all = Every repository that the institution registered.
repositories-licence = Their licence must be one that the Open Source Initiative approves.
repositories-age = They must be at least { days-of } old when the work is done.
repositories-outside = { COUNT($people) ->
    [one] At least { $people } person from outside the institution must have contributed to them.
   *[other] At least { $people } people from outside the institution must have contributed to them.
  }
repositories-allow = Only these: { $repositories }.
repositories-deny = Not these: { $repositories }.
repositories-registered = The institution must have registered them by the end of { $day }.
category-line = The category { $category }{ $factor ->
    [none] { "" }
   *[other] : everything × { $factor }
  }{ $own ->
    [none] { "" }
    [exclude] ; work in a repository of one's own does not count
   *[count] ; work in a repository of one's own counts
  }.

## Rules and measures

rule-head = { $id }{ in-group }: { $kinds }
in-group = { $group ->
    [none] { "" }
   *[other] { " " }(group { $group })
  }
select-states = only where it is { $states }
select-categories = only in repositories of the category { $categories }
select-names = only under the name { $names }
select-confirmed = only when confirmed by { $who }
select-opened = it must have been opened by the end of { $day }
select-closed = it must have been merged or closed by the end of { $day }
select-zone = these days end in the zone { $zone }
dated-opened = it belongs to the term in which it was opened, submitted, committed or published
dated-closed = it belongs to the term in which it was merged or closed
requires-merged = it was merged
requires-confirmed_by_another = { $kind ->
    [pull_request] another person merged it or stands by an approval of it
    [issue] another person's merged pull request closed it
   *[other] another person merged it or stands by an approval of it; of an issue: another person's merged pull request closed it
  }
requires-on_anothers_work = it is about another person's work
requires-on_accepted_work = what it is about was merged, or closed as completed
requires-in_own_pull_request = a pull request of the member brought it
requires-reviewed_more_than_once = other people reviewed it more than once
requires-source_code = it changes program source
requires-changes_lines = it changes lines that people write

pay-points = earns { points-of }
pay-each = earns { points-of } for each { pay-unit }
pay-each-most = earns { points-of } for each { pay-unit }, at most { $most }
pay-ladder = earns by the { $unit ->
    [pull_request] effective lines
    [time_log] hours
    [mark] value of the mark
    [items] number of items
    [kinds] number of kinds
    [repositories] number of repositories
    [weeks] number of weeks
    [largest_lines] effective lines of the largest
    [hours] hours together
    [marks] marks together
    [openrank] OpenRank
    [activity] activity
   *[other] amount
  }: { $steps }
pay-unit = { $unit ->
    [pull_request] effective line
    [time_log] hour
    [mark] unit of the mark
    [items] item
    [kinds] kind
    [repositories] repository
    [weeks] week
    [largest_lines] effective line of the largest
    [hours] hour
    [marks] unit of the marks
    [openrank] unit of OpenRank
    [activity] unit of activity
   *[other] unit
  }
pay-step-from = from { $amount } on { points-of }
pay-step-above = above { $amount } { points-of }
pay-nothing = earns nothing by itself: conditions ask for it
pay-in = earns { points-of } instead in repositories of the category { $category }
pay-size = by its effective lines: { $steps }
size-step = from { $from } on × { $factor }

measure-head = { $id }{ in-group }: { $count ->
    [items] how many items there are
    [kinds] how many kinds of items there are
    [repositories] in how many repositories there are items
    [weeks] in how many weeks (Monday to Sunday) there are items
    [largest_lines] how many effective lines the largest item has
    [hours] how many hours the time logs have together
    [marks] what the newest marks of each name are together
    [openrank] the member's OpenRank, all months together
   *[activity] the member's activity, all months together
  }
select-kinds = of these: { $kinds }
measure-each = each repository by itself, and it earns in each
measure-later = an item may serve a later week that has none of its own, never an earlier one
measure-percentile = as the part of the class that has no more; equals share it
measure-rank = by the place in the class, from 1 for the first to 0 for the last; equals share the better place
measure-when = it earns only where the measure { $measure } is { reach }
factor-line = { $id }: what the group { $group } earns is multiplied by { $factor } where the measure { $measure } is { reach }.

## Limits, units, works

limit-points = At most { points-of } { limit-per }{ limit-scope }.
limit-items = At most { items-of } { limit-per }{ limit-scope }.
limit-per = { $per ->
    [item] for one item
    [kind] for each kind
    [work] for each pull request or issue, and what belongs to it
    [repository] in each repository
    [category] in each category of repositories
    [group] in each group
    [day] a day
    [week] a week
    [month] a month
   *[term] a term
  }
limit-scope = { $kinds ->
    [none] { "" }
   *[other] { " " }({ $kinds })
  }{ $groups ->
    [none] { "" }
   *[other] , of the group { $groups } only
  }{ $categories ->
    [none] { "" }
   *[other] , in repositories of the category { $categories } only
  }
units-line = Pull requests of one member in one repository{ $same ->
    [files] { " " }that share a file
   *[repository] { "" }
  }, each opened at most { days-of } after the one before it, together earn no more than one of their size would, and { $bonus } of that more.
works-highest = Of all that a member has for one work, only what is worth most counts.
works-team = In a team of { $team } the parts are, from the first place on: { $parts }.
works-numbers = Of a contribution that several people share, each earns the part that is stated for them.

## Requirements, payment, credits

requirement-line = There is no credit unless the measure { $measure } is { reach }.
payout-line = Points are paid in whole steps of { $step } { $per ->
    [month] each month
   *[term] each term
  }{ $most ->
    [none] { "" }
   *[other] , at most { $most } at a time
  }; the rest is carried on.
credits-line = { COUNT($points) ->
    [one] { $points } point makes
   *[other] { $points } points make
  } one credit; credits are rounded { $rounding ->
    [down] down to
    [up] up to
    [half_up] to the nearer (from the middle up)
   *[half_even] to the nearer (from the middle to the even)
  } a multiple of { $step }.
credits-minimum-line = Fewer than { credits-of } are none.
credits-cap-line = At most { credits-of } a term.
credits-lifetime-line = At most { credits-of } in all terms together.
credits-needed-line = It takes { credits-of } in all before they are of use.
credits-of = { COUNT($credits) ->
    [one] { $credits } credit
   *[other] { $credits } credits
  }

## Flags, decision

flags-velocity_day = more than { $items } pull requests on one day
flags-velocity_week = more than { $items } pull requests in one week
flags-instant = more than { $lines } lines that were confirmed in fewer than { $minutes } minutes
flags-mutual = two people who confirm each other: more than { $part } of what each gives and gets, from { $items } on
flags-spam = { $items } or more items labelled as spam or invalid
decision-confirmed = The whole term must be confirmed by { $who }.
decision-notice = The result stands in public for { COUNT($days) ->
    [one] { $days } working day
   *[other] { $days } working days
  } before it is final.
decision-appeal = A student can appeal for { COUNT($days) ->
    [one] { $days }{ decision-days } day
   *[other] { $days }{ decision-days } days
  }.
decision-days = { $are ->
    [working] { " " }working
   *[calendar] { " " }calendar
  }
decision-recorded = The registry books the mark { $mark }.
decision-person = A person decides.
