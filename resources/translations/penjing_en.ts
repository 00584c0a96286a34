<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>ComparePage</name>
    <message numerus="yes">
        <source>%n thread(s)</source>
        <translation>
            <numerusform>%n thread</numerusform>
            <numerusform>%n threads</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ConfusionView</name>
    <message numerus="yes">
        <source> Each square sums up %n class(es) in a row.</source>
        <translation>
            <numerusform> Each square sums up %n class in a row.</numerusform>
            <numerusform> Each square sums up %n classes in a row.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EstimateCard</name>
    <message numerus="yes">
        <source>about %n minute(s)</source>
        <translation>
            <numerusform>about %n minute</numerusform>
            <numerusform>about %n minutes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n hour(s)</source>
        <translation>
            <numerusform>about %n hour</numerusform>
            <numerusform>about %n hours</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) are pruned.</source>
        <translation>
            <numerusform>%n layer is pruned.</numerusform>
            <numerusform>%n layers are pruned.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) are locked.</source>
        <translation>
            <numerusform>%n layer is locked.</numerusform>
            <numerusform>%n layers are locked.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) are quantized.</source>
        <translation>
            <numerusform>%n layer is quantized.</numerusform>
            <numerusform>%n layers are quantized.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) stay float.</source>
        <translation>
            <numerusform>%n layer stays float.</numerusform>
            <numerusform>%n layers stay float.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LayerTable</name>
    <message numerus="yes">
        <source>%n layer(s) are locked; their tool tips say why.</source>
        <translation>
            <numerusform>%n layer is locked; its tool tip says why.</numerusform>
            <numerusform>%n layers are locked; their tool tips say why.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RecipeWords</name>
    <message numerus="yes">
        <source>Taken into the recipe for %n layer(s): {list}. Compress can undo it.</source>
        <translation>
            <numerusform>Taken into the recipe for %n layer: {list}. Compress can undo it.</numerusform>
            <numerusform>Taken into the recipe for %n layers: {list}. Compress can undo it.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source> %n layer(s) differ.</source>
        <translation>
            <numerusform> %n layer differs.</numerusform>
            <numerusform> %n layers differ.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n epoch(s) with {optimizer}, learning rate {rate}.</source>
        <translation>
            <numerusform>%n epoch with {optimizer}, learning rate {rate}.</numerusform>
            <numerusform>%n epochs with {optimizer}, learning rate {rate}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Train %n epoch(s): the removed share grows over the first 60 %, rounding starts after a tenth.</source>
        <translation>
            <numerusform>Train %n epoch: the removed share grows over the first 60 %, rounding starts after a tenth.</numerusform>
            <numerusform>Train %n epochs: the removed share grows over the first 60 %, rounding starts after a tenth.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Learn to compute with rounding for %n epoch(s).</source>
        <translation>
            <numerusform>Learn to compute with rounding for %n epoch.</numerusform>
            <numerusform>Learn to compute with rounding for %n epochs.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Find the ranges of activations on %n sample(s), then round.</source>
        <translation>
            <numerusform>Find the ranges of activations on %n sample, then round.</numerusform>
            <numerusform>Find the ranges of activations on %n samples, then round.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Train %n epoch(s), pruning step by step over the first 60 %.</source>
        <translation>
            <numerusform>Train %n epoch, pruning step by step over the first 60 %.</numerusform>
            <numerusform>Train %n epochs, pruning step by step over the first 60 %.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Prune at once, then train %n epoch(s).</source>
        <translation>
            <numerusform>Prune at once, then train %n epoch.</numerusform>
            <numerusform>Prune at once, then train %n epochs.</numerusform>
        </translation>
    </message>
</context>
</TS>
