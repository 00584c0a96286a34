<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>ClosingDialog</name>
    <message>
        <source>A run is going on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” is not finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is to become of it when the window closes?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep running in the background</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It goes on without the window; open its folder later to see it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause and save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It stops now and can be resumed from its last checkpoint.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It ends now; the best result so far is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go back</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ComparePage</name>
    <message>
        <source>Nothing to compare yet</source>
        <translation>还没有可对比的内容</translation>
    </message>
    <message>
        <source>Once a run is done, its model stands here beside the original.</source>
        <translation>运行完成后，压缩后的模型会在这里与原模型并列显示。</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Confusion</source>
        <translation>混淆矩阵</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>{points} pts</source>
        <translation>{points} 个百分点</translation>
    </message>
    <message>
        <source>smaller int8 file</source>
        <translation>int8 文件缩小</translation>
    </message>
    <message>
        <source>larger int8 file</source>
        <translation>int8 文件增大</translation>
    </message>
    <message>
        <source>faster in ONNX Runtime</source>
        <translation>ONNX Runtime 中提速</translation>
    </message>
    <message>
        <source>slower in ONNX Runtime</source>
        <translation>ONNX Runtime 中变慢</translation>
    </message>
    <message>
        <source>accuracy on the test split</source>
        <translation>测试集准确率变化</translation>
    </message>
    <message>
        <source>fewer MACs</source>
        <translation>乘加运算减少</translation>
    </message>
    <message>
        <source>more MACs</source>
        <translation>乘加运算增加</translation>
    </message>
    <message>
        <source>fewer parameters</source>
        <translation>参数减少</translation>
    </message>
    <message>
        <source>more parameters</source>
        <translation>参数增加</translation>
    </message>
    <message>
        <source>completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>cancelled; this is its best so far</source>
        <translation>已取消；这是目前的最佳结果</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message numerus="yes">
        <source>%n thread(s)</source>
        <translation>
            <numerusform>%n 个线程</numerusform>
        </translation>
    </message>
    <message>
        <source>Measured on {machine}</source>
        <translation>测量环境：{machine}</translation>
    </message>
</context>
<context>
    <name>CompareWords</name>
    <message>
        <source>ONNX file</source>
        <translation>ONNX 文件</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Not zero</source>
        <translation>非零参数</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>乘加运算</translation>
    </message>
    <message>
        <source>Bit operations</source>
        <translation>位运算</translation>
    </message>
    <message>
        <source>Weights, computed</source>
        <translation>权重（计算值）</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精确率</translation>
    </message>
    <message>
        <source>Recall</source>
        <translation>召回率</translation>
    </message>
    <message>
        <source>F1</source>
        <translation>F1</translation>
    </message>
    <message>
        <source>Top 5</source>
        <translation>Top-5</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>{points} points</source>
        <translation>{points} 个百分点</translation>
    </message>
</context>
<context>
    <name>CompressPage</name>
    <message>
        <source>Compress</source>
        <translation>压缩</translation>
    </message>
    <message>
        <source>Choose what to remove, how to round, and how to win accuracy back.</source>
        <translation>选择剪掉什么、如何量化，以及如何恢复准确率。</translation>
    </message>
    <message>
        <source>No model is open</source>
        <translation>尚未打开模型</translation>
    </message>
    <message>
        <source>Open a model first; the wizard then leads from your goal to a recipe.</source>
        <translation>请先打开模型；向导会从目标一步步带您得到配方。</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>打开模型</translation>
    </message>
    <message>
        <source>Undo the last change</source>
        <translation>撤销上一次修改</translation>
    </message>
    <message>
        <source>Redo what was undone</source>
        <translation>重做已撤销的修改</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Load recipe…</source>
        <translation>载入配方…</translation>
    </message>
    <message>
        <source>Save recipe…</source>
        <translation>保存配方…</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Load a recipe</source>
        <translation>载入配方</translation>
    </message>
    <message>
        <source>Recipes (*.toml)</source>
        <translation>配方 (*.toml)</translation>
    </message>
    <message>
        <source>Save the recipe</source>
        <translation>保存配方</translation>
    </message>
    <message>
        <source>The recipe could not be saved: {reason}</source>
        <translation>无法保存配方：{reason}</translation>
    </message>
    <message>
        <source>Saved as {path}</source>
        <translation>已保存为 {path}</translation>
    </message>
</context>
<context>
    <name>ConfusionView</name>
    <message>
        <source>Before</source>
        <translation>压缩前</translation>
    </message>
    <message>
        <source>After</source>
        <translation>压缩后</translation>
    </message>
    <message>
        <source>Rows are the true classes, columns the model&apos;s answers.</source>
        <translation>行为真实类别，列为模型的回答。</translation>
    </message>
</context>
<context>
    <name>DropZone</name>
    <message>
        <source>Drop a model here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A file that torch.save wrote, a recipe (.toml), or the folder of a run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a run…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EstimateCard</name>
    <message>
        <source>Estimate</source>
        <translation>预估</translation>
    </message>
    <message>
        <source>A few batches are timed on this machine…</source>
        <translation>正在本机上试算几个批次…</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>乘加运算</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>less than a minute</source>
        <translation>不到一分钟</translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s)</source>
        <translation>
            <numerusform>约 %n 分钟</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n hour(s)</source>
        <translation>
            <numerusform>约 %n 小时</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) are pruned.</source>
        <translation>
            <numerusform>剪枝 %n 层。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) are locked.</source>
        <translation>
            <numerusform>锁定 %n 层。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) are quantized.</source>
        <translation>
            <numerusform>量化 %n 层。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) stay float.</source>
        <translation>
            <numerusform>%n 层保持浮点。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ExportCard</name>
    <message>
        <source>Write again</source>
        <translation>重新写出</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>写出</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Verified</source>
        <translation>已验证</translation>
    </message>
    <message>
        <source>Not verified</source>
        <translation>未通过验证</translation>
    </message>
    <message>
        <source>{integer} integer, {float} float</source>
        <translation>整数 {integer}，浮点 {float}</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>Agreement</source>
        <translation>一致率</translation>
    </message>
    <message>
        <source>Largest error</source>
        <translation>最大误差</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>Operators</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>{ratio} smaller than the original as float32 ONNX.</source>
        <translation>比原模型的 float32 ONNX 小 {ratio}。</translation>
    </message>
    <message>
        <source>Not smaller than the original as float32 ONNX: {ratio} its size.</source>
        <translation>并不比原模型的 float32 ONNX 小：是其 {ratio}。</translation>
    </message>
</context>
<context>
    <name>ExportPage</name>
    <message>
        <source>{file}: opened and re-run once more.</source>
        <translation>{file}：已重新打开并再次运行。</translation>
    </message>
    <message>
        <source>Nothing to export yet</source>
        <translation>还没有可导出的内容</translation>
    </message>
    <message>
        <source>Once a run is done, its model can be written here in every format, and each file is checked.</source>
        <translation>运行完成后，可在这里把模型写成各种格式，每个文件都会检查。</translation>
    </message>
    <message>
        <source>Every file is opened again after it was written, run, and compared with the model.</source>
        <translation>每个文件写出后都会重新打开、运行，并与模型比对。</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
</context>
<context>
    <name>GoalPage</name>
    <message>
        <source>What shall be done?</source>
        <translation>要做什么？</translation>
    </message>
    <message>
        <source>Or begin with a preset</source>
        <translation>或从预设开始</translation>
    </message>
    <message>
        <source>A preset fills in all pages; every setting can still be changed, and undone.</source>
        <translation>预设会填好所有页面；每一项仍可修改，也可撤销。</translation>
    </message>
    <message>
        <source>Prune and quantize</source>
        <translation>剪枝并量化</translation>
    </message>
    <message>
        <source>The gains multiply: fewer channels, each computed with 8-bit integers.</source>
        <translation>收益相乘：通道更少，并且都用 8 位整数计算。</translation>
    </message>
    <message>
        <source>Prune only</source>
        <translation>仅剪枝</translation>
    </message>
    <message>
        <source>Removes what matters least; the numbers stay floats.</source>
        <translation>去掉最不重要的部分；数值保持浮点。</translation>
    </message>
    <message>
        <source>Quantize only</source>
        <translation>仅量化</translation>
    </message>
    <message>
        <source>Keeps the network&apos;s shape; stores and computes with 8-bit integers.</source>
        <translation>网络形状不变；用 8 位整数存储和计算。</translation>
    </message>
    <message>
        <source>Small and fast</source>
        <translation>小而快</translation>
    </message>
    <message>
        <source>Half of the channels go while the network learns to compute in int8. Trains 10 epochs.</source>
        <translation>剪掉一半通道，同时让网络学会用 int8 计算。训练 10 轮。</translation>
    </message>
    <message>
        <source>Safe int8</source>
        <translation>稳妥的 int8</translation>
    </message>
    <message>
        <source>Quantizes after training, without pruning or training. Takes seconds.</source>
        <translation>训练后量化，不剪枝也不训练，只需几秒。</translation>
    </message>
    <message>
        <source>Lean float32</source>
        <translation>精简的 float32</translation>
    </message>
    <message>
        <source>Half of the channels go, the numbers stay floats: for tools that quantize themselves.</source>
        <translation>剪掉一半通道，数值保持浮点：供自带量化的工具使用。</translation>
    </message>
</context>
<context>
    <name>InspectPage</name>
    <message>
        <source>Inspect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sample project</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>input {shape}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished">参数</translation>
    </message>
    <message>
        <source>Size in memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MACs a sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sparsity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accuracy on the test split</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compress</source>
        <translation type="unfinished">压缩</translation>
    </message>
    <message>
        <source>Find a layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is open yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model to see its layers, their sizes and how their weights are spread.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation type="unfinished">打开模型</translation>
    </message>
</context>
<context>
    <name>LayerExceptionModel</name>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Prune</source>
        <translation>剪枝</translation>
    </message>
    <message>
        <source>Quantize</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>Weight bits</source>
        <translation>权重位数</translation>
    </message>
</context>
<context>
    <name>LayerPanel</name>
    <message>
        <source>Shape</source>
        <translation type="unfinished">形状</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished">参数</translation>
    </message>
    <message>
        <source>Size in memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MACs</source>
        <translation type="unfinished">乘加运算</translation>
    </message>
    <message>
        <source>Sparsity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Channels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dead channels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Range</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Standard deviation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Coupled group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Channels can be pruned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{low} to {high}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Linear</source>
        <translation type="unfinished">线性</translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished">日志</translation>
    </message>
    <message>
        <source>Weights by value</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LayerTable</name>
    <message>
        <source>Exceptions</source>
        <translation>例外</translation>
    </message>
    <message>
        <source>Double-click a number to give one layer its own; empty it to follow the rest.</source>
        <translation>双击数值可为某一层单独设定；清空则与其他层一致。</translation>
    </message>
    <message>
        <source>Locked: {layer}, as {reason}.</source>
        <translation>已锁定：{layer}，因为{reason}。</translation>
    </message>
    <message numerus="yes">
        <source>%n layer(s) are locked; their tool tips say why.</source>
        <translation>
            <numerusform>%n 层已锁定；原因见悬停提示。</numerusform>
        </translation>
    </message>
    <message>
        <source>&quot;{text}&quot; is not a number.</source>
        <translation>“{text}”不是数字。</translation>
    </message>
</context>
<context>
    <name>LayerTableModel</name>
    <message>
        <source>Layer</source>
        <translation type="unfinished">层</translation>
    </message>
    <message>
        <source>Type</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shape</source>
        <translation type="unfinished">形状</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished">参数</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation type="unfinished">乘加运算</translation>
    </message>
    <message>
        <source>Sparsity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prunable</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Legend</name>
    <message>
        <source>before</source>
        <translation>压缩前</translation>
    </message>
    <message>
        <source>after</source>
        <translation>压缩后</translation>
    </message>
</context>
<context>
    <name>OpenForm</name>
    <message>
        <source>Opening…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write whole numbers from 1, such as 3, 224, 224.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write numbers above 0, such as 0.229, 0.224, 0.225.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write numbers, such as 0.485, 0.456, 0.406.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Python file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Python (*.py)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data (*.npz *.py)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back</source>
        <translation type="unfinished">上一步</translation>
    </message>
</context>
<context>
    <name>OpenPage</name>
    <message>
        <source>Opening the model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models and recipes (*.pt *.pth *.bin *.ckpt *.toml);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation type="unfinished">打开模型</translation>
    </message>
    <message>
        <source>Open a run&apos;s folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start with a trained PyTorch model; your file is only ever read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sample project</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SimpleNet and handwritten digits: prune half the channels, quantize to 8 bits, in about a minute.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the sample</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Light or dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inspect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compress</source>
        <translation type="unfinished">压缩</translation>
    </message>
    <message>
        <source>Run</source>
        <translation type="unfinished">运行</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation type="unfinished">对比</translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished">导出</translation>
    </message>
    <message>
        <source>Engine is starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine is ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine is working</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine has stopped</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RecentList</name>
    <message>
        <source>Recent models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models that you open are listed here.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RecipeForm</name>
    <message>
        <source>Fewer settings</source>
        <translation>收起设置</translation>
    </message>
    <message>
        <source>More settings</source>
        <translation>更多设置</translation>
    </message>
    <message>
        <source>Give a number from {low} to {high}.</source>
        <translation>请输入 {low} 到 {high} 之间的数。</translation>
    </message>
    <message>
        <source>Give a number from {low} to below {high}.</source>
        <translation>请输入不小于 {low} 且小于 {high} 的数。</translation>
    </message>
    <message>
        <source>Give a number above {low}, at most {high}.</source>
        <translation>请输入大于 {low} 且不超过 {high} 的数。</translation>
    </message>
    <message>
        <source>Give a number between {low} and {high}.</source>
        <translation>请输入大于 {low} 且小于 {high} 的数。</translation>
    </message>
</context>
<context>
    <name>RecipeWords</name>
    <message>
        <source>Pruning</source>
        <translation>剪枝</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Measure the original on the test split.</source>
        <translation>在测试集上测量原模型。</translation>
    </message>
    <message>
        <source>Measure the result on the test split.</source>
        <translation>在测试集上测量结果。</translation>
    </message>
    <message>
        <source>Write the files, open each again and compare it with the model.</source>
        <translation>写出文件，逐个重新打开并与模型比对。</translation>
    </message>
    <message>
        <source>Remove {share} of the channels by {method}.</source>
        <translation>剪掉 {share} 的通道（依据：{method}）。</translation>
    </message>
    <message>
        <source>Set {share} of the weights to zero by {method}.</source>
        <translation>将 {share} 的权重置零（依据：{method}）。</translation>
    </message>
    <message>
        <source> Kept channels are multiples of {number}.</source>
        <translation>保留的通道数为 {number} 的倍数。</translation>
    </message>
    <message>
        <source>{bits}-bit weights and 8-bit activations, learned during training.</source>
        <translation>权重 {bits} 位，激活 8 位，在训练中学习。</translation>
    </message>
    <message>
        <source>{bits}-bit weights and 8-bit activations, after training.</source>
        <translation>权重 {bits} 位，激活 8 位，训练后量化。</translation>
    </message>
    <message numerus="yes">
        <source> %n layer(s) differ.</source>
        <translation>
            <numerusform>另有 %n 层例外。</numerusform>
        </translation>
    </message>
    <message>
        <source>None.</source>
        <translation>无。</translation>
    </message>
    <message numerus="yes">
        <source>%n epoch(s) with {optimizer}, learning rate {rate}.</source>
        <translation>
            <numerusform>用 {optimizer} 训练 %n 轮，学习率 {rate}。</numerusform>
        </translation>
    </message>
    <message>
        <source>Find the ranges of activations.</source>
        <translation>测定激活的取值范围。</translation>
    </message>
    <message numerus="yes">
        <source>Train %n epoch(s): the removed share grows over the first 60 %, rounding starts after a tenth.</source>
        <translation>
            <numerusform>训练 %n 轮：剪枝比例在前 60 % 逐步增大，十分之一后开始量化。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Learn to compute with rounding for %n epoch(s).</source>
        <translation>
            <numerusform>带量化训练 %n 轮。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Find the ranges of activations on %n sample(s), then round.</source>
        <translation>
            <numerusform>用 %n 个样本测定激活范围，然后量化。</numerusform>
        </translation>
    </message>
    <message>
        <source>Prune at once, without training.</source>
        <translation>一次剪完，不训练。</translation>
    </message>
    <message numerus="yes">
        <source>Train %n epoch(s), pruning step by step over the first 60 %.</source>
        <translation>
            <numerusform>训练 %n 轮，在前 60 % 逐步剪枝。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Prune at once, then train %n epoch(s).</source>
        <translation>
            <numerusform>一次剪完，然后训练 %n 轮。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RecoveryPage</name>
    <message>
        <source>Training data</source>
        <translation>训练数据</translation>
    </message>
    <message>
        <source>What the run will do</source>
        <translation>运行的步骤</translation>
    </message>
</context>
<context>
    <name>ReviewPage</name>
    <message>
        <source>This recipe</source>
        <translation>当前配方</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>In words</source>
        <translation>文字说明</translation>
    </message>
</context>
<context>
    <name>RunCurves</name>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
</context>
<context>
    <name>RunList</name>
    <message>
        <source>Empty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation type="unfinished">已中断</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation type="unfinished">已完成</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation type="unfinished">已取消</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation type="unfinished">失败</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs that you start are listed here; one that was interrupted can go on.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RunLog</name>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Going on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>The run &quot;{name}&quot; begins</source>
        <translation>运行“{name}”开始</translation>
    </message>
    <message>
        <source>The run goes on from step {step}</source>
        <translation>从第 {step} 步继续</translation>
    </message>
    <message>
        <source>{stage}: begins</source>
        <translation>{stage}：开始</translation>
    </message>
    <message>
        <source>{stage}: done in {time}, accuracy {accuracy}</source>
        <translation>{stage}：完成，用时 {time}，准确率 {accuracy}</translation>
    </message>
    <message>
        <source>{stage}: done in {time}</source>
        <translation>{stage}：完成，用时 {time}</translation>
    </message>
    <message>
        <source>Step {step}: loss {loss}, accuracy {accuracy}</source>
        <translation>第 {step} 步：损失 {loss}，准确率 {accuracy}</translation>
    </message>
    <message>
        <source>Checkpoint saved at step {step}</source>
        <translation>已在第 {step} 步保存检查点</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
</context>
<context>
    <name>RunPage</name>
    <message>
        <source>No run yet</source>
        <translation>还没有运行</translation>
    </message>
    <message>
        <source>Choose in Compress what to do; here you then watch it happen, step by step.</source>
        <translation>在“压缩”中选好要做什么；之后可在这里逐步观看。</translation>
    </message>
    <message>
        <source>Go to Compress</source>
        <translation>前往压缩</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>恢复运行</translation>
    </message>
    <message>
        <source>Stops the run in order; the best result so far is kept.</source>
        <translation>有序停止运行；保留目前的最佳结果。</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Pausing…</source>
        <translation>正在暂停…</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation>正在取消…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在启动…</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>step {step} of {steps}</source>
        <translation>第 {step} / {steps} 步</translation>
    </message>
    <message>
        <source>{time} so far</source>
        <translation>已用 {time}</translation>
    </message>
    <message>
        <source>took {time}</source>
        <translation>用时 {time}</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>约剩 {time}</translation>
    </message>
    <message>
        <source>Cancelled. The best result so far is kept.</source>
        <translation>已取消，目前的最佳结果已保留。</translation>
    </message>
    <message>
        <source>This run was interrupted. Resume goes on from its last checkpoint.</source>
        <translation>此运行曾被中断。“恢复运行”会从最后一个检查点继续。</translation>
    </message>
    <message>
        <source>the file is {ratio} smaller</source>
        <translation>文件缩小 {ratio}</translation>
    </message>
    <message>
        <source>the file is {ratio} larger</source>
        <translation>文件增大 {ratio}</translation>
    </message>
    <message>
        <source>it runs {ratio} faster</source>
        <translation>提速 {ratio}</translation>
    </message>
    <message>
        <source>it runs {ratio} slower here</source>
        <translation>在本机变慢 {ratio}</translation>
    </message>
    <message>
        <source>accuracy {points} points</source>
        <translation>准确率 {points} 个百分点</translation>
    </message>
    <message>
        <source>Done: {gains}.</source>
        <translation>完成：{gains}。</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Done.</source>
        <translation>完成。</translation>
    </message>
    <message>
        <source>Stop this run? The best result so far is kept.</source>
        <translation>要停止此运行吗？目前的最佳结果会保留。</translation>
    </message>
    <message>
        <source>Stop the run</source>
        <translation>停止运行</translation>
    </message>
</context>
<context>
    <name>StageList</name>
    <message>
        <source>Stages</source>
        <translation>阶段</translation>
    </message>
</context>
<context>
    <name>Stages</name>
    <message>
        <source>Evaluate</source>
        <translation>评估</translation>
    </message>
    <message>
        <source>Prune</source>
        <translation>剪枝</translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation>校准</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Fine-tune</source>
        <translation>微调</translation>
    </message>
    <message>
        <source>Quantize</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Export and verify</source>
        <translation>导出并验证</translation>
    </message>
</context>
<context>
    <name>Stepper</name>
    <message>
        <source>Goal</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>Pruning</source>
        <translation>剪枝</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Recovery</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>确认</translation>
    </message>
</context>
<context>
    <name>SummaryView</name>
    <message>
        <source>Before</source>
        <translation>压缩前</translation>
    </message>
    <message>
        <source>After</source>
        <translation>压缩后</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>各层</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>字节</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>乘加运算</translation>
    </message>
</context>
<context>
    <name>TrustDialog</name>
    <message>
        <source>Do you trust this file?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{file} runs code of its own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening it can do anything that you can do on this computer. Trust it only if you know who made it. It wants to use:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I trust this file</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WeightsView</name>
    <message>
        <source>Linear</source>
        <translation>线性</translation>
    </message>
    <message>
        <source>Logarithmic</source>
        <translation>对数</translation>
    </message>
    <message>
        <source>zeros {before} → {after}</source>
        <translation>零值 {before} → {after}</translation>
    </message>
    <message>
        <source>{weight}-bit weights, {activation}-bit activations</source>
        <translation>权重 {weight} 位，激活 {activation} 位</translation>
    </message>
    <message>
        <source>SQNR {value} dB</source>
        <translation>信噪比 {value} dB</translation>
    </message>
</context>
<context>
    <name>contract</name>
    <message>
        <source>Schema</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version of the recipe&apos;s form.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the run and its folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same seed gives the same weights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Threads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>0 means one less than the cores, at least 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where tensors live.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A file that torch.save wrote, or the word sample.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For files with weights only: torchvision:NAME or FILE.py:callable.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input shape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of one sample, without the batch; only where it cannot be inferred.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sample, npz:FILE or FILE.py:callable.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Task</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the model does.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Samples in one training step.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Subtracted from each channel; one value or one a channel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Standard deviation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each channel is divided by it; one value or one a channel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Augmentation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How training samples are varied.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Validation share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taken from train to choose the best epoch; test is only reported.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Class names</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the order of the labels; numbers where empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Criterion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What says which part matters least.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Granularity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is removed as one piece.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scope</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Among what importances are compared.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pruning ratio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share removed, over the layers that may be pruned.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Round channels to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Channels kept are multiples of this; 16 is fast on x86.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When the removed share grows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers</source>
        <translation type="unfinished">各层</translation>
    </message>
    <message>
        <source>Exceptions, by layer name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share removed of this layer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This layer is not pruned.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How numbers are mapped to few bits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After training, or during it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Observer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How ranges of activations are measured.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rounding</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How a weight chooses its level.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibration samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training samples on which ranges are measured.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight bits</source>
        <translation type="unfinished">权重位数</translation>
    </message>
    <message>
        <source>Bits of each weight; fewer than 8 ride on the int8 grid.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Activation bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits of each activation; 8 is what runs in integers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many weights share one scale.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits of each weight.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave in float</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This layer is not quantized.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Passes over the training data, of all training in the run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Optimizer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What turns gradients into steps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size of the first steps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning-rate schedule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the learning rate falls.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Momentum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of the last step is kept (SGD).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pulls weights towards zero.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Strategy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In what order things happen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Formats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files to write; each is re-opened and re-run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>L1 magnitude</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Removes what has the smallest absolute weights (Han 2015; Li 2017).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Single weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sets single weights to zero; smaller only in the archive, not faster in a dense file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Channels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Removes whole channels, with all layers that are coupled to them; smaller and faster everywhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whole model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Importances are compared over the whole model, so layers lose different shares.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every layer loses the same share.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything is removed before training goes on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cubic ramp</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The removed share grows fast at first and slower later, during training (Zhu &amp; Gupta 2018).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Uniform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evenly spaced levels (Jacob 2018): what integer hardware computes with.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ranges are measured on a few batches; takes seconds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>During training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model is trained with rounding switched on; takes longer and loses less.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Minimum and maximum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The smallest and largest value seen during calibration.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Per channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each output channel has its own scale.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nearest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the nearest level, halves to even.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SGD</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stochastic gradient descent with Nesterov momentum.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adam</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adaptive steps (Kingma &amp; Ba 2015).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Falls along a cosine to zero (Loshchilov &amp; Hutter 2017).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Constant</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stays as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One after the other</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prune, fine-tune, then quantize.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Together</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Masks and fake quantizers are learned with in one training.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The digits that ship with Penjing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>npz:FILE with x_train, y_train, x_test and y_test.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Python file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>FILE.py:callable, which returns the splits; runs that file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training samples are used as they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Flip and crop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Images are flipped at random and shifted by up to an eighth of their size.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Classification</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One label out of several for each sample.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network that ships with Penjing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tensors by name; the architecture is named separately.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whole module</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A pickled torch.nn.Module.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ONNX float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The compressed network in floats; input for tools that quantize themselves.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ONNX int8</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Integers in ONNX Runtime: the small, fast file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The pruned weights with a Python file that loads them without Penjing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CPU</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The processor; works everywhere and gives the same bits each time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CUDA</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An NVIDIA graphics card.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MPS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graphics part of an Apple processor.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>engine</name>
    <message>
        <source>There is no file &quot;{path}&quot;; check the path.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is a folder; name the model file in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; cannot be read ({reason}); check its permissions.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is empty; save the model again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is not a PyTorch file ({found}); save the model with torch.save.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is damaged or cut short ({reason}); copy or save it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; holds no weights (found: {found}); save model.state_dict() or the whole model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; cannot be made, as &quot;{parent}&quot; is a file; choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; cannot be written ({reason}); choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The folder &quot;{path}&quot; is not empty; choose another, or add --resume to go on with its run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no run in &quot;{path}&quot;; name a folder that penjing run has written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A run is already going on in &quot;{path}&quot;; wait for it, or cancel it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; runs code of its own ({wants}); add --trust if you know where it comes from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; holds weights only; name the architecture, such as torchvision:resnet18 or FILE.py:callable.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no architecture &quot;{name}&quot;; did you mean &quot;{nearest}&quot;?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{text}&quot; names no architecture; write torchvision:NAME or FILE.py:callable.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The architecture &quot;{text}&quot; does not take these arguments ({reason}); check them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Python file &quot;{path}&quot; could not be used ({reason}); mend it and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; has no callable &quot;{name}&quot;; it has: {found}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{text} returned {found} instead of {wanted}; mend the function.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weights do not fit {architecture}: {missing} keys are missing ({missing_names}), {unexpected} are unknown ({unexpected_names}), {mismatched} have another shape ({mismatched_names}); choose the architecture that was trained.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The shape of the input of {architecture} cannot be inferred; say it, such as input_shape = [3, 224, 224].</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model does not run on an input of shape {shape} ({reason}); correct the input shape.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model answers {found} to one batch; a classifier answers one tensor of (batch, classes).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; needs {names}, which is not installed here; name the Python file that defines it as the architecture, such as FILE.py:{name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{text}&quot; names no data; write sample, npz:FILE or FILE.py:callable.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; lacks the arrays {missing}; it needs x_train, y_train, x_test and y_test.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; cannot be read as an npz file ({reason}); save it with numpy.savez.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The split &quot;{split}&quot; of the data is empty; give it at least one sample.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The split &quot;{split}&quot; has {samples} samples but {labels} labels; they must be as many.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The data has samples of shape {found}, the model takes {wanted}; correct the data or input_shape.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The array {name} has the type {found}; give uint8 images or floats.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The array {name} holds values that are not finite; clean the data first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>augment = &quot;{kind}&quot; needs images of shape (channels, height, width), but the data has samples of shape {found}; set augment = &quot;none&quot;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The labels of &quot;{split}&quot; have the type {found}; give whole numbers from 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The labels of &quot;{split}&quot; go from {low} to {high}, but the model has {classes} classes: labels must go from 0 to {last}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has {found} values, but the data has {channels} channels; give one value or {channels}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>validation = {validation} of {samples} training samples leaves no sample for one of the two; choose another share.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no recipe &quot;{path}&quot;; penjing init MODEL writes one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is not valid TOML ({reason}); correct that line.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recipe has schema {found}; this Penjing reads schema {wanted}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unknown recipe key &quot;{key}&quot;; did you mean &quot;{nearest}&quot;?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unknown recipe key &quot;{key}&quot;; known here: {known}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unknown recipe key &quot;{key}&quot;; if &quot;{layer}&quot; is a layer, quote its name: [{table}.&quot;{layer}&quot;].</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recipe&apos;s {key} is not valid: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recipe lacks {key}; add it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recipe names the layer &quot;{layer}&quot; in {table}, which the model does not have; did you mean &quot;{nearest}&quot;?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recipe has neither [prune] nor [quantize]; add one of them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mode = &quot;aware&quot; trains, but recover.epochs is 0; set at least 1 epoch or mode = &quot;post_training&quot;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quantization after training needs calibration samples; set calibration_samples to at least 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The strategy &quot;simultaneous&quot; trains masks and quantizers together; add [prune] and [quantize] with mode = &quot;aware&quot;, or choose &quot;sequential&quot;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The format onnx-int8 needs [quantize]; add it, or remove the format.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The folder &quot;{path}&quot; holds a run of another recipe ({key} differs); resume with the recipe that began it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>--set {text} is not KEY=VALUE with a TOML value; write for example --set prune.ratio=0.5.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>threads = {value} is out of range; choose 0 (automatic) to {limit}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The device &quot;{device}&quot; is not available here; use cpu.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No layer of this model can be pruned by {granularity} ({reason}); choose another granularity.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No layer of this model can be quantized ({reason}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no export format &quot;{name}&quot;; choose one of: {known}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; is no artifact that can be verified; name an .onnx or .pt file of a run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No window can be opened here ({reason}); use the terminal commands, see penjing --help.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no command or file &quot;{text}&quot;; see penjing --help.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine is busy with another job; wait for it or cancel it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled; the best result so far is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The loss became {value} at step {step}; lower recover.learning_rate (now {learning_rate}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After the cut the model answers {found} instead of {wanted}: the cut was not made. Please report layer &quot;{layer}&quot;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine has not enough memory for this job ({reason}); lower data.batch_size.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine&apos;s process ended unexpectedly (status {status}); see {log}. Resume goes on from the last checkpoint.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine did not answer within {seconds} s and was ended; resume goes on from the last checkpoint.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something unforeseen happened: {reason}. The log has the details.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine could not read a request ({reason}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run failed: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run in &quot;{path}&quot; was interrupted; resume it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model cannot be written as {format} ({reason}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no artifact &quot;{path}&quot;; export it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; cannot be opened in {runtime} ({reason}); export it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;{path}&quot; was written but failed its verification: {why}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run in &quot;{path}&quot; has no checkpoint to go on from; start it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The checkpoint &quot;{path}&quot; is damaged and was skipped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model file &quot;{path}&quot; is not the one this run began with (SHA-256 differs); put the old file back, or start a new run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it makes the model&apos;s output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its channels reach &quot;{operation}&quot;, which the cut does not understand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the model could not be traced ({reason})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layers of type {kind} have no channels to cut</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its input comes straight from the data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the channels of its input are fixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the recipe skips it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layers of type {kind} stay float</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its input has {rank} dimensions; 2 can run in integers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the traced model does not call it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it is called {calls} times with different ranges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>opened, re-run and equal within the limits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>agreement {found} is below {limit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>largest difference {found} is above {limit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>only {found} of {planned} planned integer operators run in integers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{found} operators still run in float: {names}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the file is not the one that was verified (SHA-256 differs)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its accuracy is {found} and was {wanted}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it could not be re-run ({reason})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resumed from step {step}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept the epoch with the best validation accuracy ({accuracy}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} layers cannot be pruned by channel: {names}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Single zeros make no dense file smaller or faster; prune channels for that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{format} is not smaller than the original&apos;s float32 file; it was written all the same.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The int8 file is slower than the float32 one here ({ratio}×).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The test split has no labels; accuracy is not known.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{reason}; see {command} --help.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is already a file &quot;{path}&quot;; choose another name with -o.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>--resume needs the folder of the run that is to go on; add --out DIR.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wrote &quot;{path}&quot;; look it over, then type: penjing run {path}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelling in order, keeping the best so far; press Ctrl-C again to stop at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled; the best result so far is kept in &quot;{path}&quot;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install Python 3.11 or newer and make a new environment.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type: {command}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch does not load ({reason}); type: pip install --force-reinstall torch torchvision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This processor has no int8 instructions (VNNI); int8 files are still smaller, but gain less speed here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch finds no graphics card here; the processor does the work.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the window needs it. On Debian or Ubuntu, as root, type: make system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the window in 中文 needs it. On Debian or Ubuntu, as root, type: apt-get install fonts-noto-cjk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New runs cannot be written to &quot;{path}&quot;; set PENJING_RUNS to another folder.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
