<?php
// The order of each pair of lines "a b", by composer/semver: one of < = > and ! for refused.
require '/usr/share/php/Composer/Semver/autoload.php';

use Composer\Semver\Comparator;
use Composer\Semver\VersionParser;

function order(string $a, string $b): string
{
    $parser = new VersionParser();
    try {
        $a = $parser->normalize($a);
        $b = $parser->normalize($b);
    } catch (\UnexpectedValueException $e) {
        return '!';
    }
    if (str_starts_with($a, 'dev-') && str_starts_with($b, 'dev-')) {
        return '!'; // no order among branches
    }
    return Comparator::lessThan($a, $b) ? '<' : (Comparator::greaterThan($a, $b) ? '>' : '=');
}

foreach (file($argv[1]) as $line) {
    [$a, $b] = explode(' ', trim($line));
    echo order($a, $b), "\n";
}
